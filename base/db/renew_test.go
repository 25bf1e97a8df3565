package db

import (
	"context"
	"testing"
	"time"
)

func TestNothingIsRenewedAfterTheEnd(t *testing.T) {
	began, held := make(chan struct{}), make(chan struct{})
	renewed, ended := false, make(chan struct{})
	end := Renew(t.Context(), time.Millisecond, func() bool {
		close(began)
		<-held
		renewed = true
		return true
	}, func() {})
	<-began // a renewal is on its way
	go func() { end(); close(ended) }()
	select {
	case <-ended:
		t.Fatal("the end did not wait for a renewal that was on its way")
	case <-time.After(20 * time.Millisecond):
	}
	close(held)
	<-ended
	if !renewed {
		t.Error("the end came before the renewal that it waited for")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	Renew(ctx, time.Hour, func() bool { return false }, func() {})()
}
