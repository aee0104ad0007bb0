"use strict";
for (const table of document.querySelectorAll("table[data-filtered]")) {
  const form = document.getElementById(table.dataset.filtered);
  const count = form.querySelector("output");
  const rows = [...table.tBodies[0].rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const apply = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const text = wanted.text.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !Object.entries(wanted).every(([name, value]) =>
        value === "" || (name === "text" ? texts[index].includes(text)
          : (row.dataset[name] || "").split(" ").includes(value)));
      shown += row.hidden ? 0 : 1;
    });
    count.value = `${shown} of ${rows.length} shown`;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}
