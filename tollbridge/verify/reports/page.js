for (const button of document.querySelectorAll("button")) {
  const shown = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const script = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(script.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(script);
      button.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => { button.textContent = shown; }, 2000);
  });
}
