package sqlite

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/proto"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
	"github.com/floodgauge/floodgauge/schemas"
)

// A report or finding is kept as a byte that says how, and the message.
const (
	plainMessage = iota
	zstdMessage

	// Shorter messages do not get smaller.
	compressedFrom = 200
	// largestMessage bounds what a damaged file can make of the memory.
	largestMessage = 16 << 20
)

var compressor = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderCRC(false))
})

var decompressor = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderMaxMemory(largestMessage))
})

// encodeReport packs the row if it is to last: the next one replaces a provisional row within seconds, which is not worth the time.
func encodeReport(r *schemas.TrafficReport, lasts bool) ([]byte, error) {
	return encode(r, "a row", lasts)
}

func decodeReport(data []byte) (*schemas.TrafficReport, error) {
	r := &schemas.TrafficReport{}
	return r, decode(data, r, "a row")
}

// encode makes bytes of a message, packed if that is smaller; what is its name in errors.
func encode(m proto.Message, what string, packed bool) ([]byte, error) {
	plain, err := proto.MarshalOptions{}.MarshalAppend([]byte{plainMessage}, m)
	if err != nil {
		return nil, fmt.Errorf("cannot encode %s: %w", what, err)
	}
	if !packed || len(plain) < compressedFrom {
		return plain, nil
	}
	z, err := compressor()
	if err != nil {
		return nil, err
	}
	if small := z.EncodeAll(plain[1:], []byte{zstdMessage}); len(small) < len(plain) {
		return small, nil
	}
	return plain, nil
}

func decode(data []byte, m proto.Message, what string) error {
	if len(data) == 0 {
		return fmt.Errorf("%s is empty: %w", what, reportstore.ErrDamaged)
	}
	message := data[1:]
	if data[0] == zstdMessage {
		z, err := decompressor()
		if err != nil {
			return err
		}
		if message, err = z.DecodeAll(message, nil); err != nil {
			return fmt.Errorf("%s cannot be decompressed: %w", what, reportstore.ErrDamaged)
		}
	}
	if err := proto.Unmarshal(message, m); err != nil {
		return fmt.Errorf("%s cannot be decoded: %w", what, reportstore.ErrDamaged)
	}
	return nil
}
