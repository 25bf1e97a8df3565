import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

// One face per feature: other features come in through their index only; ui knows no feature, api knows nobody.
const faces = (patterns) => ({ "no-restricted-imports": ["error", { patterns }] });
const insideOfFeatures = { regex: "(^|/)features/[a-z]+/.+", message: "Import a feature through its index." };

export default ts.config(
  { ignores: ["dist", "node_modules", "shots", "src/api/schema.gen.ts"] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js", "scripts/*.mjs", "public/*.js"] }, tsconfigRootDir: import.meta.dirname } } },
  { files: ["**/*.{js,mjs}"], extends: [ts.configs.disableTypeChecked], languageOptions: { globals: { document: "readonly", localStorage: "readonly", navigator: "readonly", matchMedia: "readonly", process: "readonly", console: "readonly", window: "readonly", fetch: "readonly", URL: "readonly" } } },
  { files: ["public/*.js"], rules: { "no-var": "off" } },
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      // Effects that follow the address or the server into local state are what these two object to; each is short.
      "react-hooks/set-state-in-effect": "off",
      "react-hooks/refs": "off",
      "no-irregular-whitespace": "off", // full-width spaces are Chinese typography
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      // No text in components: letters between tags belong into words.*.ts.
      "no-restricted-syntax": ["error", { selector: "JSXText[value=/[\\u4e00-\\u9fff]/]", message: "Put the text into words.zh-CN.ts and words.en-US.ts." }],
    },
  },
  { files: ["src/**/*.test.tsx"], rules: { "no-restricted-syntax": "off" } },
  { files: ["src/features/**/*.{ts,tsx}"], rules: faces([{ regex: "^\\.\\./(?!\\.\\.)[a-z]+/.+", message: "Import a feature through its index." }]) },
  { files: ["src/ui/**/*.{ts,tsx}"], rules: faces([{ regex: "(^|/)(features|app)(/|$)", message: "ui knows no feature." }]) },
  { files: ["src/api/**/*.ts"], rules: faces([{ regex: "(^|/)(features|app|ui)(/|$)", message: "api knows nobody." }]) },
  { files: ["src/app/**/*.{ts,tsx}"], ignores: ["src/app/words.*.ts"], rules: faces([insideOfFeatures]) },
);
