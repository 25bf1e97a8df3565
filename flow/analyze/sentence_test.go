package analyze

import (
	"strings"

	"github.com/stretchr/testify/require"
)

// checkSentence holds for every sentence: both languages said, marks paired, no hole left.
func checkSentence(t require.TestingT, s Label) {
	for _, text := range []string{s.Chinese, s.English} {
		require.NotEmpty(t, text)
		require.Zero(t, strings.Count(text, "**")%2, text)
		for _, hole := range []string{"%!", "%s", "****", "  ", "（）", "()", "<nil>"} {
			require.NotContains(t, text, hole)
		}
	}
	require.True(t, strings.HasSuffix(s.Chinese, "。"), s.Chinese)
	require.True(t, strings.HasSuffix(s.English, "."), s.English)
}
