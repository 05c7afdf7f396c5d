package summarize

import "github.com/floodgauge/floodgauge/pkg/logentry"

// deadLetters joins neighbouring bad lines of one block that share a reason, so that a file of garbage makes few letters.
type deadLetters struct {
	block  *logentry.Block
	key    logentry.Key
	emit   func(logentry.DeadLetter)
	counts *Counts
	open   logentry.DeadLetter
}

// add notes a bad line of length bytes at offset start of the block.
func (d *deadLetters) add(reason logentry.Reason, start, length int64) {
	d.counts.Dead[reason]++
	offset := d.block.Offset + start
	if d.open.Lines > 0 && d.open.Reason == reason && d.open.Offset+d.open.Length == offset {
		d.open.Lines++
		d.open.Length += length
		return
	}
	d.flush()
	d.open = logentry.DeadLetter{Source: d.block.Source, File: d.block.File, Offset: offset, Length: length, Lines: 1, Reason: reason}
	if d.block.ID != "" {
		d.open.MessageHash = logentry.MessageID(d.key, []byte(d.block.ID))
	}
}

func (d *deadLetters) flush() {
	if d.open.Lines > 0 {
		d.emit(d.open)
	}
	d.open.Lines = 0
}
