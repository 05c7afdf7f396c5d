package config

import (
	"strings"
	"testing"
)

func TestAddressOfThePage(t *testing.T) {
	for _, text := range []string{"https://logs.example.org", "https://logs.example.org/", "http://192.0.2.1:8080"} {
		c, err := Parse("f.yaml", []byte("page:\n  address: "+text+"\n"))
		if err != nil || c.Page != strings.TrimSuffix(text, "/") {
			t.Errorf("%s: %v, %v", text, c, err)
		}
	}
	for text, why := range map[string]string{
		"logs.example.org": "write what people type", "ftp://logs.example.org": "write what people type", "https:///x": "write what people type",
		"https://a:b@logs.example.org": "leave out user name", "https://logs.example.org/floodgauge": "leave out what follows",
		"https://logs.example.org/?range=1h": "leave out what follows", "'https://logs.example.org#a'": "leave out what follows",
		"'https://logs.example.org#'": "leave out what follows", "https://bücher.example": "begins with xn--",
	} {
		_, err := Parse("f.yaml", []byte("k: 10\npage:\n  address: "+text+"\n"))
		if err == nil || !strings.HasPrefix(err.Error(), "f.yaml:3:12: the address of the page cannot be used: ") || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
