package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// tokensVersion is the version of the file's shape.
const tokensVersion = 1

type tokensFile struct {
	Version int      `json:"version"`
	Tokens  []stored `json:"tokens"`
}

// refresh reads the file again where it is another one than last time. What cannot be read opens nothing: the tokens known before are forgotten.
func (t *Tokens) refresh() error {
	info, err := os.Stat(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		t.read, t.tokens = nil, nil
		return nil
	}
	if err != nil {
		t.read, t.tokens = nil, nil
		return fmt.Errorf("reading the tokens: %w", err)
	}
	if t.read != nil && os.SameFile(info, t.read) && info.ModTime().Equal(t.read.ModTime()) && info.Size() == t.read.Size() {
		return nil
	}
	t.read, t.tokens = nil, nil
	tokens, err := readTokens(t.path, info)
	if err != nil {
		return err
	}
	t.read, t.tokens = info, tokens
	return nil
}

func readTokens(path string, info os.FileInfo) ([]stored, error) {
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the tokens in %s can be read or changed by others: `chmod 600 %s`", path, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the tokens: %w", err)
	}
	var file tokensFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("the tokens in %s are damaged; move the file away and make new tokens: %w", path, err)
	}
	if file.Version != tokensVersion {
		return nil, fmt.Errorf("the tokens in %s have version %d, and this program knows %d: use the newer program", path, file.Version, tokensVersion)
	}
	return file.Tokens, nil
}

// change writes what f makes of the tokens as they are now. Processes that change the file at the same time wait for each other.
func (t *Tokens) change(f func([]stored) ([]stored, error)) (err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	lock, err := os.OpenFile(t.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("changing the tokens: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }() // which unlocks
	if err := lockFile(lock); err != nil {
		return fmt.Errorf("waiting for another process that changes the tokens: %w", err)
	}
	t.read = nil
	if err := t.refresh(); err != nil {
		return err
	}
	tokens, err := f(t.tokens)
	if err != nil {
		return err
	}
	return t.write(tokens)
}

// write replaces the file at once, so that a reader sees the old tokens or the new ones.
func (t *Tokens) write(tokens []stored) error {
	data, err := json.MarshalIndent(tokensFile{Version: tokensVersion, Tokens: tokens}, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the tokens: %w", err)
	}
	temp, err := os.CreateTemp(filepath.Dir(t.path), ".tokens-*") // 0600
	if err != nil {
		return fmt.Errorf("writing the tokens: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // it is gone where all went well
	_, err = temp.Write(append(data, '\n'))
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("writing the tokens: %w", err)
	}
	if err := os.Rename(temp.Name(), t.path); err != nil {
		return fmt.Errorf("writing the tokens: %w", err)
	}
	t.read = nil
	return t.refresh()
}
