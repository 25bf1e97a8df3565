export default {
  title: "Mail", hint: "Staff who ask for it are told by mail how imports, exports and schedules ended: figures and a link, nothing about customers.",
  server: "Mail server", host: "Server (SMTP)", hostHint: "Empty: no mail is sent", security: "Encryption", securities: { starttls: "STARTTLS (usual, port 587)", tls: "TLS from the start (port 465)", none: "None (only on this machine, port 25)" }, port: "Port", portHint: "Empty: the usual one",
  login: "Login", loginHint: "Empty: without signing in", password: "Password", passwordKept: "Kept; enter to change", from: "Sender address", fromName: "Sender name", save: "Save", saved: "The mail server is saved",
  test: "Send me a test mail", testHint: "Goes to your own address, with the settings that are saved", tested: "The server took the mail to {{to}}", failed: "Not sent to {{to}}: {{why}}", answer: "The server said: {{answer}}",
  log: "What was sent", to: "To", customer: "a customer", subject: "Subject", state: "State", at: "When", tries: "Tries", again: "Send again", planned: "It goes out", empty: "No mail has been sent yet. In the import wizard, the export dialog and each schedule one can choose to be told.",
  states: { planned: "Planned", in_flight: "Being sent", sent: "Sent", failed: "Not sent", in_doubt: "In doubt" }, next: "next try {{at}}", doubt: "The server broke off without an answer, so the mail may have arrived. Send it again only if it did not.",
};
