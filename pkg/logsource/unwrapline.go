package logsource

import "bytes"

// beginLine begins a line at the current offset. A line of the same block must lie as far from the block's beginning as it does in the text.
func (u *unwrapper) beginLine(object bool) error {
	gap := u.pos - u.blockOff - int64(len(u.block))
	if len(u.block) > 0 && (gap < 1 || u.pos-u.blockOff >= int64(u.limits.block)) {
		if err := u.flush(false); err != nil {
			return err
		}
	}
	if len(u.block) == 0 {
		u.blockOff = u.pos
	} else {
		u.pad(gap - 1)
		u.block = append(u.block, '\n')
	}
	u.lineStart, u.lineOff = len(u.block), u.pos
	u.state = inStray
	if object {
		u.state = inObject
	}
	return nil
}

// pad fills up the space that a line lost.
func (u *unwrapper) pad(n int64) {
	const spaces = "                                                                                                                                "
	for ; n > 0; n -= int64(len(spaces)) {
		u.block = append(u.block, spaces[:min(n, int64(len(spaces)))]...)
	}
}

// endLine ends the line. cut says that it ends because the text does.
func (u *unwrapper) endLine(cut bool) error {
	whole := u.state == inObject && !cut
	u.state = between
	if u.tooLong || len(u.block)-u.lineStart > u.limits.maxLine {
		return u.endLongLine(cut)
	}
	line := bytes.TrimRight(u.block[u.lineStart:], " \t\r")
	if whole && u.decode != nil {
		if data := u.decode(line); data != nil {
			line = append(line[:0], data...)
		}
	}
	u.block = u.block[:u.lineStart+len(line)]
	if !cut {
		return nil
	}
	return u.flush(true)
}

// bound keeps the memory that an unfinished line takes in bounds.
func (u *unwrapper) bound() error {
	if len(u.block) <= u.limits.block {
		return nil
	}
	if err := u.flushBefore(); err != nil {
		return err
	}
	if u.tooLong = u.tooLong || len(u.block) > u.limits.maxLine; u.tooLong {
		u.block = u.block[:0]
	}
	return nil
}

// endLongLine leaves the mark of a line that is too long.
func (u *unwrapper) endLongLine(cut bool) error {
	if err := u.flushBefore(); err != nil {
		return err
	}
	u.block, u.tooLong = u.block[:0], false
	err := u.out.tooLong(u.lineOff, u.pos-u.lineOff, cut)
	u.reached()
	return err
}

// flushBefore hands over the lines before the one that is being read, which becomes the first of the block.
func (u *unwrapper) flushBefore() error {
	if u.lineStart == 0 {
		return nil
	}
	if err := u.out.lines(u.blockOff, u.block[:u.lineStart], false); err != nil {
		return err
	}
	u.block = append(u.block[:0], u.block[u.lineStart:]...)
	u.lineStart, u.blockOff = 0, u.lineOff
	u.reached()
	return nil
}

// flush hands over all lines. The last one is broken if cut.
func (u *unwrapper) flush(cut bool) error {
	if len(u.block) == 0 {
		return nil
	}
	if err := u.out.lines(u.blockOff, u.block, cut); err != nil {
		return err
	}
	u.block, u.lineStart = u.block[:0], 0
	u.reached()
	return nil
}
