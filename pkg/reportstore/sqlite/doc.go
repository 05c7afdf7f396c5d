// Package sqlite keeps traffic reports in SQLite, in one file of a data folder.
package sqlite
