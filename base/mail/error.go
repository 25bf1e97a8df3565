package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/textproto"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"guanxi/base/dial"
)

// dialError names why no conversation came about.
func dialError(err error) error {
	var named *Error
	if errors.As(err, &named) {
		return named
	}
	var answered *textproto.Error
	var unknown x509.UnknownAuthorityError
	var other x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var verification *tls.CertificateVerificationError
	switch {
	case errors.Is(err, dial.ErrPrivate):
		return &Error{Code: "address_private", Cause: err}
	case errors.As(err, &answered) && (strings.Contains(err.Error(), "AUTH") || answered.Code == 535 || answered.Code == 534 || answered.Code == 530 || answered.Code == 538):
		return &Error{Code: "mail_sign_in_refused", Answer: clip(answered.Error()), Temporary: answered.Code < 500, Cause: err}
	case errors.As(err, &answered):
		return &Error{Code: "mail_server_refused", Answer: clip(answered.Error()), Temporary: answered.Code < 500, Cause: err}
	case errors.As(err, &unknown), errors.As(err, &other), errors.As(err, &invalid), errors.As(err, &record), errors.As(err, &verification),
		strings.Contains(err.Error(), "STARTTLS"):
		return &Error{Code: "mail_tls_failed", Cause: err, Temporary: true}
	case strings.Contains(err.Error(), "AUTH"), strings.Contains(err.Error(), "auth"), strings.Contains(err.Error(), "unencrypted"):
		return &Error{Code: "mail_sign_in_refused", Cause: err}
	}
	return &Error{Code: "mail_unreachable", Answer: plain(err), Temporary: true, Cause: err}
}

// refusals are the codes of what a server did not take, by the step it was at.
var refusals = map[gomail.SendErrReason]string{
	gomail.ErrSMTPMailFrom: "mail_sender_refused", gomail.ErrSMTPRcptTo: "mail_recipient_refused",
	gomail.ErrSMTPData: "mail_refused", gomail.ErrSMTPDataClose: "mail_refused",
}

// sendError names why a message did not go. Without an answer to its end nobody knows whether the server has it.
func sendError(err error, m *gomail.Msg) error {
	if err == nil {
		err = m.SendError()
	}
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return &Error{Code: "mail_unreachable", Temporary: true, Cause: err}
	}
	code, known := refusals[failed.Reason]
	answered := failed.ErrorCode()
	switch {
	case answered == 0 && failed.Reason == gomail.ErrSMTPDataClose:
		return &Error{Code: "mail_in_doubt", InDoubt: true, Cause: err}
	case answered == 0 || !known:
		return &Error{Code: "mail_broken_off", Temporary: true, Cause: err}
	}
	return &Error{Code: code, Answer: clip(said(failed)), Temporary: answered < 500, Cause: err}
}

// said gives the server's words in an error of the library.
func said(failed *gomail.SendError) string {
	text := strings.TrimPrefix(failed.Error(), failed.Reason.String()+": ")
	text, _, _ = strings.Cut(text, ", affected recipient(s)")
	text, _, _ = strings.Cut(text, ", affected message ID")
	return text
}

// plain says of an error of the network what it is, without addresses.
func plain(err error) string {
	var wrong *net.OpError
	var name *net.DNSError
	switch {
	case errors.As(err, &name):
		return clip(name.Err)
	case errors.As(err, &wrong) && wrong.Err != nil:
		return clip(wrong.Err.Error())
	}
	return ""
}

// clip keeps the beginning of what a server says, on one line.
func clip(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if runes := []rune(text); len(runes) > 300 {
		text = string(runes[:300])
	}
	return text
}
