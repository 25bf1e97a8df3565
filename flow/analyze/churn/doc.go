// Package churn says who is likely to leave, how well that is known, and why.
//
// What leaving means is the company's to say: silent for a number of days, silent for a number of her own purchase cycles, or
// a contract ended and not renewed. Of a day T everybody who has bought and is not gone by then is a row: what was known of
// her by the end of T, and whether by T + horizon she was gone. A model is learned from the rows of today less two horizons,
// judged on those of today less one, which lie wholly behind them, learned anew on these, and tells of today. Nothing that
// happened after T is in a row of T; what is known only as it is now (tags, owner, stage) is left out for that reason.
package churn
