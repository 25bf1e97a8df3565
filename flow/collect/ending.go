package collect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"guanxi/base/fault"
)

const maxAttempts = 5 // runs without any progress before an import is given up

// end sorts out why a run stopped: to be tried again, or for good.
func (r *run) end(ctx context.Context, cause error) error {
	ctx = context.WithoutCancel(ctx)
	code, detail := failure(cause)
	if code == "" && (r.check.Attempts < maxAttempts || fault.Is(cause, fault.KindUnavailable) || errors.Is(cause, context.Canceled)) {
		return errors.Join(cause, r.release(ctx, waitingFor(cause)))
	}
	slog.Info("import failed", "import", r.imp.ID, "code", code, "error", cause)
	if code == "" {
		slog.Error("import given up", "import", r.imp.ID, "error", cause)
		code, detail = "internal_error", "{}"
	}
	if r.check.Then != "" { // taking back itself fails for good: leave it to a person, the rows stay marked
		return errors.Join(cause, r.release(ctx, waitingFor(cause)))
	}
	r.imp.ErrorCode, r.imp.ErrorDetail = code, detail
	r.check.Then, r.check.Attempts = StateFailed, 0
	if err := r.save(ctx); err != nil {
		return err
	}
	if err := r.takeBack(ctx); err != nil && !errors.Is(err, errFenced) {
		return err
	}
	return nil
}

// waitingFor gives the code of what keeps an import from going on for now: a full disk, a lost database.
func waitingFor(cause error) string {
	var named *fault.Error
	if errors.As(cause, &named) && named.Kind == fault.KindUnavailable {
		return named.Key
	}
	return ""
}

// failure gives the code of errors that trying again cannot mend, "" for others.
func failure(err error) (code, detail string) {
	var broken *FileError
	var named *fault.Error
	switch {
	case errors.As(err, &broken):
		return broken.Code, toJSON(ErrorPlace{Line: broken.Line, Detail: broken.Detail})
	case errors.As(err, &named) && named.Kind != fault.KindInternal && named.Kind != fault.KindUnavailable:
		if len(named.Fields) > 0 {
			return named.Fields[0].Key, toJSON(ErrorPlace{Detail: named.Fields[0].Field + " " + fmt.Sprint(named.Fields[0].Args...)})
		}
		return named.Key, "{}"
	}
	return "", ""
}
