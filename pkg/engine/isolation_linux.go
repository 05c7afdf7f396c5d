package engine

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// isolation asks for a network namespace of the child's own: its ports can then be reached neither from outside the machine nor by other users on it.
// Without privileges that takes a user namespace too, in which the child keeps, past its start, the one privilege of a network's administrator.
func isolation() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() == 0 {
		return attr
	}
	attr.Cloneflags |= syscall.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
	attr.AmbientCaps = []uintptr{unix.CAP_NET_ADMIN}
	return attr
}

// isolationRefused tells whether a start failed because the system grants no namespace.
func isolationRefused(err error) bool {
	for _, e := range []error{syscall.EPERM, syscall.EINVAL, syscall.ENOSPC, syscall.EACCES, syscall.ENOSYS} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// loopbackUp brings up the loopback device of a fresh network namespace.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr)
}

// guardListeners binds every socket on which this process listens for other hosts to the loopback device, and returns the port of the one
// that it found. A connection over any other device is then not accepted.
func guardListeners() (port int, err error) {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		var fd int
		if _, err := fmt.Sscanf(e.Name(), "%d", &fd); err != nil {
			continue
		}
		p, open := openListener(fd)
		if !open {
			continue
		}
		if err := unix.SetsockoptString(fd, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, "lo"); err != nil {
			return 0, fmt.Errorf("binding the engine's port to the loopback device: %w", err)
		}
		port = p
	}
	if port == 0 {
		return 0, errors.New("the engine's port was not found")
	}
	return port, nil
}

// openListener tells whether fd listens on TCP for more than loopback addresses, and on which port.
func openListener(fd int) (port int, open bool) {
	if v, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err != nil || v == 0 {
		return 0, false
	}
	addr, err := unix.Getsockname(fd)
	if err != nil {
		return 0, false
	}
	switch a := addr.(type) {
	case *unix.SockaddrInet4:
		return a.Port, a.Addr[0] != 127
	case *unix.SockaddrInet6:
		return a.Port, a.Addr != [16]byte{15: 1}
	}
	return 0, false
}
