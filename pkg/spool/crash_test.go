package spool

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/floodgauge/floodgauge/pkg/logsource"
)

// appendEnv makes the test program a child that appends to the spool in that folder until it is killed, from the message appendFromEnv on.
const (
	appendEnv     = "SPOOL_TEST_APPEND"
	appendFromEnv = "SPOOL_TEST_FROM"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(appendEnv); dir != "" {
		from, _ := strconv.Atoi(os.Getenv(appendFromEnv))
		appendUntilKilled(dir, from)
		return
	}
	os.Exit(m.Run())
}

// appendUntilKilled says the number of each message that is kept.
func appendUntilKilled(dir string, from int) {
	s, err := Open(dir, Options{})
	for i := from; err == nil; i++ {
		if err = s.Append("a", []Record{numbered(i)}); err == nil {
			_, err = fmt.Println(i)
		}
	}
	fmt.Fprintln(os.Stderr, err)
}

func numbered(i int) Record {
	return message(strconv.Itoa(i), fmt.Sprintf("line %d %s", i, strings.Repeat("x", i*37%3000)))
}

// TestKilledSpoolKeepsWhatItAcknowledged: a process is killed at any moment, again and again, and the next sends again what was not acknowledged.
func TestKilledSpoolKeepsWhatItAcknowledged(t *testing.T) {
	dir := t.TempDir()
	next := 0
	for range 12 {
		next = killedAfter(t, dir, next, next+rand.IntN(40))
		s := open(t, dir, 0)
		for i, line := range readAll(t, s, "a", logsource.Cursor{}, 0) {
			if line != string(numbered(i).Data) {
				t.Fatalf("line %d is %.20q", i, line)
			}
			if i > next {
				t.Fatalf("message %d was never sent", i)
			}
		}
		if lines := len(readAll(t, s, "a", logsource.Cursor{}, 0)); lines < next {
			t.Fatalf("%d messages were acknowledged, %d are kept", next, lines)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killedAfter lets a child append messages from a number on, and kills it when it has acknowledged another. It returns the first number that was not
// acknowledged.
func killedAfter(t *testing.T, dir string, from, last int) (next int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), appendEnv+"="+dir, appendFromEnv+"="+strconv.Itoa(from))
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	next = from
	for lines := bufio.NewScanner(out); lines.Scan(); {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			break // cut off
		}
		if next = n + 1; n == last {
			_ = cmd.Process.Kill() // then reads what it still said
		}
	}
	_ = cmd.Wait() // it was killed
	if next <= last {
		t.Fatalf("the child ended by itself: %s", trouble.String())
	}
	return next
}
