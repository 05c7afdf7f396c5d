package privacy

import "bytes"

// longestExtension is the length of the longest that is known, with its dot.
const longestExtension = 8

// Static tells whether a raw path is that of a style sheet, script, image, font or media file, by its extension.
func Static(path []byte) bool {
	if i := bytes.IndexByte(path, '?'); i >= 0 {
		path = path[:i]
	}
	segment := path[bytes.LastIndexByte(path, '/')+1:]
	if i := bytes.IndexByte(segment, ';'); i >= 0 {
		segment = segment[:i]
	}
	return extensionKind(extension(segment)) == staticFile
}

// extension returns the known extension that a segment ends in, with its dot, or nothing.
func extension(segment []byte) []byte {
	for i := len(segment) - 1; i > 0 && len(segment)-i <= longestExtension; i-- {
		if segment[i] != '.' {
			continue
		}
		if ext := segment[i:]; extensionKind(ext) != notKnown {
			return ext
		}
		return nil
	}
	return nil
}

const (
	notKnown   = iota
	staticFile // style sheet, script, image, font, media
	otherFile  // kept in templates, and no part of a page
)

// extensionKind looks an extension up, in any case.
func extensionKind(ext []byte) int {
	var buf [longestExtension]byte
	lower := buf[:0]
	for _, c := range ext {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower = append(lower, c)
	}
	switch string(lower) {
	case ".css", ".js", ".mjs", ".map", ".wasm",
		".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".ico", ".bmp", ".tif", ".tiff", ".apng", ".heic", ".jxl", ".jp2",
		".woff", ".woff2", ".ttf", ".otf", ".eot",
		".mp4", ".webm", ".mp3", ".ogg", ".ogv", ".oga", ".opus", ".m4a", ".m4v", ".m4s", ".wav", ".flac", ".aac", ".mov", ".avi",
		".mkv", ".mpg", ".mpeg", ".m3u8", ".ts", ".mpd", ".vtt":
		return staticFile
	case ".html", ".htm", ".php", ".asp", ".aspx", ".jsp", ".cgi", ".pl", ".py", ".txt", ".xml", ".json", ".csv", ".pdf", ".doc", ".docx",
		".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".epub", ".zip", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".jar",
		".exe", ".msi", ".dmg", ".apk", ".deb", ".rpm", ".iso", ".bin", ".log", ".sql", ".bak", ".env", ".ini", ".yml", ".yaml", ".md",
		".rss", ".atom", ".ics", ".torrent":
		return otherFile
	}
	return notKnown
}
