package geo

import (
	"encoding/binary"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
)

// writeMMDB writes a database in the MaxMind DB format 2.0 with 24-bit records and returns its path. Records are maps of strings, uint32
// and further maps.
func writeMMDB(t *testing.T, kind string, records map[string]map[string]any) string {
	t.Helper()
	var data []byte
	offsets := map[netip.Prefix]int{}
	for cidr, record := range records {
		p := netip.MustParsePrefix(cidr)
		if p.Addr().Is4() {
			b := p.Addr().As4()
			var wide [16]byte
			copy(wide[12:], b[:])
			p = netip.PrefixFrom(netip.AddrFrom16(wide), p.Bits()+96)
		}
		offsets[p] = len(data)
		data = appendField(data, record)
	}
	nodes := [][2]int{{}}
	const leaf = math.MaxInt32 // offsets of records are written as leaf - offset until the number of nodes is known
	for p, offset := range offsets {
		addr, node := p.Addr().As16(), 0
		for bit := range p.Bits() {
			side := int(addr[bit/8] >> (7 - bit%8) & 1)
			if bit == p.Bits()-1 {
				nodes[node][side] = leaf - offset
				break
			}
			if nodes[node][side] == 0 {
				nodes = append(nodes, [2]int{})
				nodes[node][side] = len(nodes) - 1
			}
			node = nodes[node][side]
		}
	}
	var file []byte
	for _, n := range nodes {
		for _, side := range n {
			switch {
			case side == 0:
				side = len(nodes) // no data
			case side > math.MaxInt32/2:
				side = len(nodes) + 16 + leaf - side
			}
			file = append(file, byte(side>>16), byte(side>>8), byte(side))
		}
	}
	file = append(file, make([]byte, 16)...)
	file = append(append(file, data...), "\xab\xcd\xefMaxMind.com"...)
	file = appendField(file, map[string]any{
		"binary_format_major_version": uint32(2), "binary_format_minor_version": uint32(0), "build_epoch": uint32(1_700_000_000),
		"database_type": kind, "ip_version": uint32(6), "node_count": uint32(len(nodes)), "record_size": uint32(24),
	})
	path := filepath.Join(t.TempDir(), kind+".mmdb")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// appendField encodes a value; strings and maps must be shorter than 29.
func appendField(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(append(b, 2<<5|byte(len(v))), v...)
	case uint32:
		return binary.BigEndian.AppendUint32(append(b, 6<<5|4), v)
	case map[string]any:
		b = append(b, 7<<5|byte(len(v)))
		for key, field := range v {
			b = appendField(appendField(b, key), field)
		}
	}
	return b
}
