export { NewRulePage as default } from "./RulePage";
