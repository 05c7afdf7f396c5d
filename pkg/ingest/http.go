package ingest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/floodgauge/floodgauge/pkg/spool"
)

// HTTPOptions say who may send what.
type HTTPOptions struct {
	// Authorize tells whether whoever has a bearer token ("" for none) may send lines for a source. It says no for sources that there are not.
	// Required.
	Authorize func(source, bearer string) bool
	// MaxBody is how long the lines of one request may be, in bytes after decompression. All requests together hold four times as much in memory at
	// most. Default 64 MiB.
	MaxBody int64
}

const (
	defaultMaxBody = 64 << 20
	bodiesAtOnce   = 4
	// stalledAfter is how long a sender may pause.
	stalledAfter = 30 * time.Second
	// maxWindow is the largest memory that a zstd body may ask for.
	maxWindow = 8 << 20
)

// NewHandler serves POST /ingest/{source}: lines of a log, as they are or with Content-Encoding gzip or zstd. It answers 202 when all of them are on
// disk. After any other answer none is kept; likewise where the connection breaks: nothing is kept before the whole body has come. So whoever gets no
// 202 sends all again. Only where the program is killed while it writes, some of the lines may be kept without an answer.
//
// Errors are sentences in application/problem+json.
func NewHandler(s *spool.Spool, opts HTTPOptions) http.Handler {
	opts.MaxBody = cmp.Or(opts.MaxBody, defaultMaxBody)
	h := &handler{spool: s, opts: opts}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ingest/{source}", h.ingest)
	return mux
}

type handler struct {
	spool *spool.Spool
	opts  HTTPOptions
	held  atomic.Int64 // bytes of bodies in memory
}

// problem is an answer that says what is wrong.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// accepted is the answer to lines that are kept.
type accepted struct {
	Lines int64 `json:"lines"`
	Bytes int64 `json:"bytes"` // after decompression
}

func (h *handler) ingest(w http.ResponseWriter, r *http.Request) {
	source := r.PathValue("source")
	bearer := bearerOf(r)
	if !h.opts.Authorize(source, bearer) {
		refuse(w, bearer)
		return
	}
	body := &body{handler: h, in: http.MaxBytesReader(w, r.Body, h.opts.MaxBody), control: http.NewResponseController(w)}
	defer body.release()
	lines, fault := body.lines(r.Header.Get("Content-Encoding"))
	if fault == nil {
		fault = h.keep(source, lines)
	}
	if fault != nil {
		fault.answer(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(accepted{Lines: count(lines), Bytes: int64(len(lines))}) // the sender may be gone
}

// bearerOf returns a request's bearer token, "" where it has none.
func bearerOf(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func refuse(w http.ResponseWriter, bearer string) {
	if bearer == "" {
		w.Header().Set("WWW-Authenticate", "Bearer")
		(&problem{Status: http.StatusUnauthorized, Detail: "A token is needed: send it as \"Authorization: Bearer TOKEN\"."}).answer(w)
		return
	}
	(&problem{Status: http.StatusForbidden, Detail: "This token may not send lines for this source: there is none of this name that is read, the token is for another, or it is for fewer sites than the configuration lists for the source (sites:)."}).answer(w)
}

func (h *handler) keep(source string, lines []byte) *problem {
	err := h.spool.Append(source, records(lines, time.Now()))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, spool.ErrFull):
		return busy("Too much is waiting to be read: send all of it again later.")
	case errors.Is(err, spool.ErrNoSpace):
		return &problem{Status: http.StatusInsufficientStorage, Detail: "The disk is full, and nothing was kept: send all of it again later."}
	}
	return &problem{Status: http.StatusServiceUnavailable, Detail: "The lines cannot be kept for now, and nothing was: send all of them again later."}
}

func busy(detail string) *problem {
	return &problem{Status: http.StatusTooManyRequests, Detail: detail}
}

func (p *problem) answer(w http.ResponseWriter) {
	p.Title = http.StatusText(p.Status)
	if p.Status >= 500 || p.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "5")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the sender may be gone
}

// count counts lines, the last of which need not be ended.
func count(lines []byte) int64 {
	n := bytes.Count(lines, []byte{'\n'})
	if len(lines) > 0 && lines[len(lines)-1] != '\n' {
		n++
	}
	return int64(n)
}

// body is the body of one request.
type body struct {
	handler *handler
	in      io.Reader
	control *http.ResponseController
	failed  error // of the connection
	held    int64
}

// Read implements io.Reader for what comes over the connection.
func (b *body) Read(p []byte) (int, error) {
	_ = b.control.SetReadDeadline(time.Now().Add(stalledAfter)) // not every server can
	n, err := b.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed = err
	}
	return n, err
}

func (b *body) release() { b.handler.held.Add(-b.held) }

// lines reads the whole body.
func (b *body) lines(encoding string) ([]byte, *problem) {
	text, fault := b.decompressed(encoding)
	if fault != nil {
		return nil, fault
	}
	defer text.Close()
	var lines bytes.Buffer
	for {
		if fault := b.hold(int64(lines.Len())); fault != nil {
			return nil, fault
		}
		_, err := io.CopyN(&lines, text, recordBytes)
		switch {
		case int64(lines.Len()) > b.handler.opts.MaxBody:
			return nil, b.tooLarge()
		case errors.Is(err, io.EOF):
			return lines.Bytes(), nil
		case err != nil:
			return nil, b.broken(encoding)
		}
	}
}

// hold counts what is in memory, and refuses where that is too much.
func (b *body) hold(bytes int64) *problem {
	more := bytes + recordBytes - b.held
	b.held += more
	if b.handler.held.Add(more) > bodiesAtOnce*b.handler.opts.MaxBody {
		return busy("Too many requests are being received: send all of it again later.")
	}
	return nil
}

func (b *body) tooLarge() *problem {
	return &problem{Status: http.StatusRequestEntityTooLarge, Detail: "The lines are longer than " + strconv.FormatInt(b.handler.opts.MaxBody, 10) +
		" bytes together, and nothing was kept: send fewer at once."}
}

func (b *body) broken(encoding string) *problem {
	var large *http.MaxBytesError
	if errors.As(b.failed, &large) {
		return b.tooLarge()
	}
	if b.failed != nil {
		return &problem{Status: http.StatusBadRequest, Detail: "The body ended too early, and nothing was kept: send all of it again."}
	}
	return &problem{Status: http.StatusBadRequest, Detail: fmt.Sprintf("The body is no whole %s data, and nothing was kept: compress the lines again.", encoding)}
}

func (b *body) decompressed(encoding string) (io.ReadCloser, *problem) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		return io.NopCloser(b), nil
	case "gzip", "x-gzip":
		r, err := gzip.NewReader(b)
		if err != nil {
			return nil, b.broken("gzip")
		}
		return r, nil
	case "zstd":
		r, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, b.broken("zstd")
		}
		return r.IOReadCloser(), nil
	}
	return nil, &problem{Status: http.StatusUnsupportedMediaType,
		Detail: "The body's Content-Encoding is not known: send it as it is, or with gzip or zstd."}
}
