/** Currencies offered at set-up, the likeliest first. */
export const currencies = ["CNY", "USD", "EUR", "GBP", "HKD", "TWD", "JPY", "KRW", "SGD", "AUD", "CAD", "CHF", "INR", "MYR", "THB", "VND", "IDR", "AED", "BRL", "MXN"];

export const currencyName = (code: string, language: string) => `${code} ${new Intl.DisplayNames(language, { type: "currency" }).of(code) ?? ""}`;

/** Every time zone the browser knows, its own included even where the list lacks it. */
export const timeZones = () => [...new Set([Intl.DateTimeFormat().resolvedOptions().timeZone, ...Intl.supportedValuesOf("timeZone")])].sort();
