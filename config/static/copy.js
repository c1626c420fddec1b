// A button that copies what stands in a box; without this script a click selects the text.
for (const box of document.querySelectorAll(".copy")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "secondary small";
  button.textContent = box.dataset.copy;
  button.setAttribute("aria-label", `${box.dataset.copy}: ${box.getAttribute("aria-label")}`);
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  said.className = "muted";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(box.textContent);
    said.textContent = `✓ ${box.dataset.copied}`;
  });
  const row = document.createElement("p");
  row.append(button, " ", said);
  box.after(row);
}
