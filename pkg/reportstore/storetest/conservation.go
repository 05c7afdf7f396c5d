package storetest

import (
	"testing"

	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

func conservation(t *testing.T, open func(*testing.T) reportstore.Writer) { _ = open(t) }
