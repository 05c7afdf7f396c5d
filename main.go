// Command floodgauge turns the logs of reverse proxies into traffic reports without personal data.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/floodgauge/floodgauge/pipelines/traffic"
	"github.com/floodgauge/floodgauge/pkg/cli"
	"github.com/floodgauge/floodgauge/pkg/engine"
)

func main() {
	if engine.IsChild() {
		os.Exit(engine.Child(traffic.BuildChild))
	}
	if engine.IsWorker(os.Args[1:]) {
		engine.Worker()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
