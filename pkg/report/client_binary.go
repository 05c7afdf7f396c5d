package report

import "encoding/binary"

func (c *client) appendTo(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(c.network))
	b = binary.AppendUvarint(b, uint64(c.flags))
	return append(b, c.country[:]...)
}

func (c *client) decode(r *reader) {
	c.network = uint32(r.below(1 << 32))
	c.flags = uint16(r.below(2 * flagAllowed))
	c.country = country(r.take(2))
}

// appendTo writes kinds and part as one byte: 5 bits and a number below 6 fit.
func (h *hit) appendTo(b []byte) []byte {
	b = append(b, h.part<<kindCount|h.kinds)
	b = binary.LittleEndian.AppendUint32(b, h.path)
	return binary.LittleEndian.AppendUint32(b, h.agent)
}

func (h *hit) decode(r *reader) {
	packed := r.take(1)[0]
	h.kinds, h.part = packed&(1<<kindCount-1), packed>>kindCount
	if h.part >= minuteParts {
		r.fail("part of the minute out of range")
		h.part = 0
	}
	h.path, h.agent = r.uint32(), r.uint32()
}

func (d *detail) appendTo(b []byte) []byte {
	for _, n := range d.parts {
		b = binary.AppendUvarint(b, uint64(n))
	}
	for _, n := range d.kinds {
		b = binary.AppendUvarint(b, uint64(n))
	}
	b = appendBits(b, d.errorPaths)
	b = appendBits(b, d.paths[0], d.paths[1])
	b = appendBits(b, uint64(d.agents))
	b = appendHeavy(b, d.topPaths[:])
	return appendHeavy(b, d.topAgents[:])
}

func (d *detail) decode(r *reader) {
	for i := range d.parts {
		d.parts[i] = uint16(r.below(1 << 16))
	}
	for i := range d.kinds {
		d.kinds[i] = uint32(r.below(1 << 32))
	}
	r.bits(&d.errorPaths)
	r.bits(&d.paths[0], &d.paths[1])
	var agents uint64
	r.bits(&agents)
	if d.agents = uint32(agents); uint64(d.agents) != agents {
		r.fail("bitmap out of range")
	}
	r.heavy(d.topPaths[:])
	r.heavy(d.topAgents[:])
}
