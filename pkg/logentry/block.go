package logentry

// Block is the element that travels: up to 1 MiB of whole lines with where they come from.
type Block struct {
	Source int // index into the run's sources
	// File is the identity of the file: keyed hash of what it holds up to the line's end after decompression, at most 4 KiB; so lines that end in
	// the first 4 KiB have blocks of their own. For JSON that was taken apart: of the first 4 KiB. For a spool's segment: its own.
	// 0 where there is no file.
	File   uint64
	Offset int64 // of the first byte of Data in the decompressed file
	// Data holds whole lines, each ended by '\n' but perhaps the last. It may be reused after the call that hands it over returns.
	Data []byte
	// ID is the transport's id of a single-line block (Pub/Sub message id); empty for files.
	ID string
	// Arrival is when the transport received the block, Unix nanoseconds; 0 where nobody knows (files).
	Arrival int64
	// Broken: the stream broke in the middle of the last line (truncated gzip, connection lost), which is then a dead letter.
	Broken bool
	// TooLong, where above 0, says that the block stands for one line longer than MaxLine: its length in bytes as far as it was read, line
	// end included. Data is empty then.
	TooLong int64
}

// DeadLetter points at consecutive lines of one block that could not become entries, all for the same reason. It never holds their text.
type DeadLetter struct {
	Source int    `json:"source"`
	File   uint64 `json:"file"`
	Offset int64  `json:"offset"` // of the first line
	Length int64  `json:"length"` // bytes, line ends included
	Lines  int64  `json:"lines"`
	Reason Reason `json:"reason"`
	// MessageHash is a keyed hash of the transport's id, where there is one.
	MessageHash uint64 `json:"message_hash,omitempty"`
}
