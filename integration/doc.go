// Package integration tests the whole system on one machine: the built program as its users run it, the graph on its engines, real servers and
// emulators, and the rules that hold between packages. It has no code of its own.
package integration
