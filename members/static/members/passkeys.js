// Passkeys: a form with data-passkey asks the browser for a credential before it is sent.
//
// "add" makes one, "confirm" uses one the page has options for, "login" fetches the options first.
// Such forms stay hidden where the browser has no passkeys, and what stands in their place is shown.
"use strict";

(() => {
  const { webauthnJSON } = window;

  function optionsOnPage() {
    return JSON.parse(document.getElementById("passkey-options").textContent);
  }

  async function optionsForSignIn(form) {
    const response = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return (await response.json()).request_options;
  }

  function made() {
    const options = optionsOnPage().creation_options;
    // A passkey signs in by itself: the browser keeps it, and asks who is there.
    Object.assign(options.publicKey.authenticatorSelection, {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    });
    return webauthnJSON.create(options);
  }

  const ask = {
    add: made,
    confirm: () => webauthnJSON.get(optionsOnPage().request_options),
    login: async (form) => webauthnJSON.get(await optionsForSignIn(form)),
  };

  if (!webauthnJSON.supported()) return;
  for (const instead of document.querySelectorAll("[data-without-passkeys]")) instead.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const problem = form.querySelector("[data-problem]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify(await ask[form.dataset.passkey](form));
        form.submit();
      } catch {
        // Declined, timed out or not there: the browser does not say which.
        problem.hidden = false;
        problem.focus();
      }
    });
  }
})();
