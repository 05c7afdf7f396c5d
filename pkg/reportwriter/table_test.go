package reportwriter

import (
	"bytes"
	"slices"
	"testing"

	"github.com/floodgauge/floodgauge/schemas"
)

func tableOf(t interface{ Fatal(...any) }, page Page, rows ...*schemas.TrafficReport) []byte {
	var out bytes.Buffer
	if err := WriteTable(&out, slices.Values(rows), page); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWriteTable_golden(t *testing.T) {
	shop := append(minuteRows("shop.example.com", 100), shopRow())
	help := "Where your proxy trusts the CDN, log the visitor's address:\n\n    log_format combined_cdn '$http_cf_connecting_ip - $remote_user';"
	for name, c := range map[string]struct {
		page Page
		rows []*schemas.TrafficReport
	}{
		"site-80.txt":      {Page{}, shop},
		"site-120.txt":     {Page{Screen: Screen{Width: 120}}, shop},
		"site-ascii.txt":   {Page{Screen: Screen{ASCII: true}}, shop},
		"site-color.txt":   {Page{Screen: Screen{Color: true}}, shop},
		"site-steps.txt":   {Page{Steps: true, Screen: Screen{Width: 100}}, append(minuteRows("shop.example.com", 100)[60:80], shopRow())},
		"site-small.txt":   {Page{Notes: []string{"The log does not name the site: blog.example.org comes from the file's name (--host changes it)."}}, []*schemas.TrafficReport{blogRow()}},
		"site-cdn.txt":     {Page{ClientsHelp: help}, []*schemas.TrafficReport{cdnRow()}},
		"site-hostile.txt": {Page{ClientsHelp: hostileText, Notes: []string{hostileText}}, []*schemas.TrafficReport{hostileRow()}},
		"sites-300.txt":    {Page{Sites: 2}, manySites(300)},
		"none.txt":         {Page{}, nil},
		"none-chosen.txt":  {Page{Filters: []string{"--host shop.example.com", "--from 2026-11-16T21:00:00Z"}}, nil},
	} {
		checkGolden(t, name, tableOf(t, c.page, c.rows...))
	}
}
