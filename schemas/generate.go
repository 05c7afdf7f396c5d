// Package schemas holds the one definition of everything that the pipeline writes: protocol buffer messages, from which the store's
// tables, the Parquet files and the dashboard take their columns. It holds definitions only; how a row is made is in pkg/report.
package schemas

//go:generate go run github.com/bufbuild/buf/cmd/buf@v1.55.1 generate --template buf.gen.yaml .
