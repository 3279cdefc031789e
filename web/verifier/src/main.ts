import "./app.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { engine } from "./engine";
import { install } from "./install.svelte";
import { prepareTraining } from "./session.svelte";
import { trust } from "./trust.svelte";

engine.onRestart = () => {
  void trust.load();
  void prepareTraining();
};
void trust.start();
void prepareTraining();
install.start();

const target = document.getElementById("app");
if (target) mount(App, { target });
