//go:build !linux

package engine

import (
	"errors"
	"syscall"
)

var errLinuxOnly = errors.New("the engine runs on Linux only, where its port can be kept from others; on other systems use the container image")

func isolation() *syscall.SysProcAttr { return nil }

func isolationRefused(error) bool { return false }

func loopbackUp() error { return errLinuxOnly }

func guardListeners() (int, error) { return 0, errLinuxOnly }
