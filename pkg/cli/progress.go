package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progressBar shows how far a run is: bytes, lines, lines per second and the time that is left. One goroutine may use it at a time. A nil
// bar shows nothing.
type progressBar struct {
	bar   *progressbar.ProgressBar
	start time.Time
	shown time.Time // the last update that was shown
	total int64
	lines bool // there is room to show them
}

// newProgressBar starts a bar on a terminal, or returns nil where none is wanted.
func newProgressBar(w io.Writer, wanted bool) *progressBar {
	if !wanted {
		return nil
	}
	return &progressBar{start: time.Now(), total: -1, lines: hasRoom(w), bar: progressbar.NewOptions64(-1,
		progressbar.OptionSetWriter(w),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowTotalBytes(true),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetSpinnerChangeInterval(0),
		progressbar.OptionSetRenderBlankState(false),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetWidth(24),
	)}
}

// Update shows that of total bytes done are read, which were so many lines. A total of 0 is an unknown one.
func (p *progressBar) Update(done, total, lines int64) {
	if p == nil || time.Since(p.shown) < progressPause {
		return
	}
	p.shown = time.Now()
	if total <= 0 {
		total = -1
	}
	if total != p.total {
		p.total = total
		p.bar.ChangeMax64(total)
	}
	words := lineCount(lines, time.Since(p.start))
	// At its full length the bar would end, but the last bytes read are not the end of the work.
	if total > 0 && done >= total {
		done, words = total-1, "all is read; adding up"
	}
	if p.lines {
		p.bar.Describe(words)
	}
	_ = p.bar.Set64(done)
}

// Close takes the bar off the screen.
func (p *progressBar) Close() {
	if p != nil {
		_ = p.bar.Clear()
	}
}

// progressPause is how long what the bar shows stands at least.
const progressPause = 100 * time.Millisecond

// roomForLines is how wide a terminal must be for the lines to stand beside the bar.
const roomForLines = 80

func lineCount(lines int64, elapsed time.Duration) string {
	perSecond := 0.0
	if s := elapsed.Seconds(); s > 0 {
		perSecond = float64(lines) / s
	}
	return fmt.Sprintf("%s lines, %s/s", short(float64(lines)), short(perSecond))
}

// short writes a number with three digits and k, M or G.
func short(v float64) string {
	for _, unit := range []string{"", "k", "M"} {
		if v < 999.5 {
			return fmt.Sprintf("%.3g%s", v, unit)
		}
		v /= 1000
	}
	return fmt.Sprintf("%.3gG", v)
}

// hasRoom tells whether the terminal is wide enough for the lines too.
func hasRoom(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return true
	}
	width, _, err := term.GetSize(int(f.Fd()))
	return err != nil || width >= roomForLines
}
