package sqlite

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// A report is kept as a byte that says how, and the message.
const (
	plainReport = iota
	zstdReport

	// Shorter messages do not get smaller.
	compressedFrom = 200
	// largestReport bounds what a damaged file can make of the memory.
	largestReport = 16 << 20
)

var compressor = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderCRC(false))
})

var decompressor = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderMaxMemory(largestReport))
})

// encodeReport packs the row if it is to last: the next one replaces a provisional row within seconds, which is not worth the time.
func encodeReport(r *schemas.TrafficReport, lasts bool) ([]byte, error) {
	plain, err := proto.MarshalOptions{}.MarshalAppend([]byte{plainReport}, r)
	if err != nil {
		return nil, fmt.Errorf("cannot encode a row: %w", err)
	}
	if !lasts || len(plain) < compressedFrom {
		return plain, nil
	}
	z, err := compressor()
	if err != nil {
		return nil, err
	}
	if packed := z.EncodeAll(plain[1:], []byte{zstdReport}); len(packed) < len(plain) {
		return packed, nil
	}
	return plain, nil
}

func decodeReport(data []byte) (*schemas.TrafficReport, error) {
	if len(data) == 0 {
		return nil, fmt.Errorf("a row is empty: %w", reportstore.ErrDamaged)
	}
	message := data[1:]
	if data[0] == zstdReport {
		z, err := decompressor()
		if err != nil {
			return nil, err
		}
		if message, err = z.DecodeAll(message, nil); err != nil {
			return nil, fmt.Errorf("a row cannot be decompressed: %w", reportstore.ErrDamaged)
		}
	}
	r := &schemas.TrafficReport{}
	if err := proto.Unmarshal(message, r); err != nil {
		return nil, fmt.Errorf("a row cannot be decoded: %w", reportstore.ErrDamaged)
	}
	return r, nil
}
