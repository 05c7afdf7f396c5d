package notify

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"syscall"
)

// Secret is text that opens a door: a password, a key, or an address that needs neither. However it is printed, marshalled or logged, it reads
// "[secret]"; code that needs the text converts with string(s) and is thereby easy to find.
type Secret string

const hidden = "[secret]"

// Format implements fmt.Formatter for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText implements encoding.TextMarshaler; encoding/json uses it too.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// leastHidden is the length in bytes from which text is taken for a secret: shorter words stand in any message.
const leastHidden = 4

// hide takes secrets out of a text that others wrote, such as a server's answer, and what a terminal might obey.
func hide(text string, secrets ...Secret) string {
	for _, s := range secrets {
		if len(s) >= leastHidden {
			text = strings.ReplaceAll(text, string(s), hidden)
		}
	}
	return printable(text, maxAnswer)
}

// maxSecret is the size in bytes of the largest file of a secret.
const maxSecret = 4 << 10

// readSecret returns what stands in a file, without white space around it. The error does not quote the path: who writes the secret itself where its file
// belongs must not read it in a log.
func readSecret(path string) (Secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", cannotRead(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	text := strings.TrimSpace(string(data))
	switch {
	case err != nil:
		return "", cannotRead(err)
	case len(data) > maxSecret:
		return "", fmt.Errorf("the file is larger than %d KiB; name the file that holds the secret and nothing else", maxSecret>>10)
	case text == "":
		return "", errors.New("the file is empty; write the secret into it")
	case strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }):
		return "", errors.New("the file has several lines; write the secret into it as one line")
	}
	return Secret(text), nil
}

func cannotRead(err error) error {
	var errno syscall.Errno
	switch {
	case errors.Is(err, os.ErrNotExist):
		return errors.New("there is no such file; check the path")
	case errors.As(err, &errno):
		return fmt.Errorf("the file cannot be read (%s); check the path and the rights", errno.Error())
	}
	return errors.New("the file cannot be read; check the path and the rights")
}
