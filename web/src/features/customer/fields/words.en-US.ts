export default {
  address: { label: "Address", place: "Province, city, district", country: "Country or region", province: "Province", city: "City", district: "District", address: "Street and house, or paste a whole address", postcode: "Postcode", abroad: "Outside the mainland of China",
    problem: { city_not_in_province: "The city is not in this province", district_not_in_city: "The district is not in this city", several_places: "May be in several places: {{places}}" } },
  none: "None", monthDayHint: "Month-day, such as 03-08", findCustomer: "Find a customer by name", required: "Required at this stage",
  history: { title: "Where {{field}} comes from", open: "Where {{field}} comes from", none: "Nothing recorded yet", cleared: "Cleared", source: { staff: "by hand", manual: "by hand", import: "Import", bulk: "by a change to many", merge: "by a merge" } },
  settings: {
    title: "Customer fields", create: "New field", edit: "Change the field", empty: "No fields of your own yet. A new one can be used at once in forms, imports, filters and segments.", label: "Name", key: "Key", keyHint: "Small letters, digits and underscores; it stays", labelZH: "Name in Chinese", labelEN: "Name in English", type: "Type", typeHint: "It stays", appliesTo: "For", unit: "Unit", currency: "Currency",
    purpose: "Why it is kept", purposeHint: "Shown to who fills it in", sensitivity: "Sensitivity", retention: "Days kept", retentionHint: "Empty: as long as the customer", requiredAt: "Required at these stages", group: "Group", groupHint: "The heading in forms", position: "Order", state: "State", used: "In use", archived: "Archived", showArchived: "Show archived ones",
    values: "Values", value: "Value", valueZH: "Chinese", valueEN: "English", aliases: "Also read as this in imports", aliasesHint: "Separated by commas, such as: dryish, D", addValue: "Add a value", removeValue: "Remove the value {{name}}", save: "Save", made: "{{name}} can be used", saved: "{{name}} is changed", archive: "Archive", archivedDone: "{{name}} is archived; what was filled in is kept", restore: "Use again", restoredDone: "{{name}} is in use again", actionsOf: "Actions for {{name}}",
    types: { text: "Text", number: "Number", money: "Amount", day: "Date", month_day: "Date without year", choice: "One choice", choices: "Several choices", boolean: "Yes or no", phone: "Phone", email: "E-mail", customer: "Another customer", address: "Address" },
    kinds: { person: "Persons", organization: "Organizations", both: "Persons and organizations" },
    sensitivities: { normal: "Normal", personal: "Personal (hidden from roles that work without contact points)", sensitive: "Sensitive (masked for who has no right to it)" }, level: { normal: "Normal", personal: "Personal", sensitive: "Sensitive" },
    stages: { prospect: "Prospect", customer: "Customer", former: "Former customer" },
  },
};
