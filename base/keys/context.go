package keys

import "context"

type inContext struct{}

// With gives a context in which the keys of the instance are known.
func With(ctx context.Context, k *Keys) context.Context {
	return context.WithValue(ctx, inContext{}, k)
}

// Of gives the keys of the instance; nil where none are known.
func Of(ctx context.Context) *Keys {
	k, _ := ctx.Value(inContext{}).(*Keys)
	return k
}
