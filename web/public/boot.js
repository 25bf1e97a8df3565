// Runs before the first paint: sets the theme so that the page never flashes, and the language for screen readers.
(function () {
  var theme = localStorage.getItem("guanxi.theme") || "system";
  var dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.lang = localStorage.getItem("guanxi.language") || (navigator.language.indexOf("zh") === 0 ? "zh-CN" : "en-US");
})();
