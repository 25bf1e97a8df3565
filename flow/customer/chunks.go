package customer

// inChunks calls fn with at most size of the values at a time, so that no statement grows without bound.
func inChunks[T any](values []T, size int, fn func(chunk []T) error) error {
	for start := 0; start < len(values); start += size {
		if err := fn(values[start:min(start+size, len(values))]); err != nil {
			return err
		}
	}
	return nil
}
