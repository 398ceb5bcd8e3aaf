// Sets the chosen theme before the first paint; a plain script, for modules run after it.
{
  const chosen = localStorage.getItem("codeiod.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
