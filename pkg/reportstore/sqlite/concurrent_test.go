package sqlite

import (
	"sync"
	"testing"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// While rows are committed and old ones deleted, every answer is of one state: each commit adds a line to both of two hosts.
func TestReadsWhileWriting(t *testing.T) {
	s := opened(t, t.TempDir())
	var writing, reading sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		reading.Go(func() {
			for {
				sites, _, err := s.Sites(t.Context(), access.Everything(), reportstore.SitesQuery{From: noon, To: noon.Add(time.Hour), Level: reportstore.Minute})
				if err != nil || len(sites) == 2 && sites[0].Requests != sites[1].Requests {
					t.Errorf("sites are %+v, %v", sites, err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	const commits = 50
	for range 2 {
		writing.Go(func() {
			for range commits {
				rows := []reportstore.Row{plain(reportstore.Late, "a.example", noon, 1), plain(reportstore.Late, "b.example", noon, 1)}
				if err := s.Commit(t.Context(), &reportstore.Commit{Rows: rows}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writing.Go(func() {
		for range 10 {
			if err := s.Expire(t.Context(), noon, reportstore.DefaultRetention); err != nil {
				t.Error(err)
			}
		}
	})
	writing.Wait()
	close(done)
	reading.Wait()
	if n := linesIn(t, s); n != 4*commits {
		t.Errorf("%d lines, want %d", n, 4*commits)
	}
}
