package reportwriter

import "time"

// What a page on the web says in the same words as the page in the terminal.

// Count writes 1234567 as "1,234,567".
func Count(n int64) string { return count(n) }

// Short writes 412345 as "412k".
func Short(n int64) string { return axisCount(n) }

// Bytes writes 18518505000 as "18.5 GB".
func Bytes(n int64) string { return byteCount(n) }

// Seconds writes a latency in the unit that people use for it.
func Seconds(s float64) string { return duration(s) }

// Percent writes a share so that something never reads as nothing and a part never as all.
func Percent(part, whole int64) string { return percent(part, whole) }

// Plural writes "1 minute", "5 minutes".
func Plural(n int64, word string) string { return plural(n, word) }

// CountryName names an ISO 3166-1 alpha-2 code; a code that is not known is returned as it is.
func CountryName(code string) string { return wordFor(countryNames, code, false) }

// StatusName writes 404 as "404 not found".
func StatusName(code int32) string { return statusWords(code) }

// FieldName says in words what a name in TrafficReport.not_logged stands for.
func FieldName(field string) string { return wordFor(fieldWords, field, false) }

// MethodName says in words what a key of TrafficReport.methods stands for.
func MethodName(key string) string { return wordFor(methodWords, key, false) }

// ProtocolName says in words what a key of TrafficReport.protocols stands for.
func ProtocolName(key string) string { return wordFor(protocolWords, key, false) }

// ClientName says in words what a key of TrafficReport.clients stands for.
func ClientName(key string) string { return wordFor(clientWords, key, false) }

// ActionName says in words what a key of TrafficReport.enforced stands for.
func ActionName(key string) string { return wordFor(actionWords, key, false) }

// Bits writes a number of bytes in a time as "20.6 Mbit/s".
func Bits(n int64, d time.Duration) string { return bitRate(n, d) }
