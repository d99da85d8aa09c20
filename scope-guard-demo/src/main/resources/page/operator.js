/* The operator's panel: changes what is true at the provider. */

import { byId, capitalized, h, render } from './dom.js';
import { note } from './timeline.js';

export class OperatorPanel {
  #organization;
  #onChange;
  #tenant;

  /** @param onChange called after each change */
  constructor(onChange) {
    this.#onChange = onChange;
    byId('add-scope').addEventListener('click', () =>
      this.#change('export:report created and given to admins', 'POST', '/operator/scopes', { name: 'export:report', role: 'admin' }));
    byId('reset').addEventListener('click', () => this.#change('everything put back', 'POST', '/operator/reset', {}));
  }

  /** Whether the shop is there, which sells a role. */
  get hasShop() {
    return this.#tenant?.hasShop ?? false;
  }

  /** Shows the people of an organization; hides the panel where there is no embedded provider. */
  async show(organization) {
    this.#organization = organization;
    const response = await fetch('/operator/tenant');
    byId('operator').hidden = !response.ok;
    if (response.ok) {
      this.#tenant = await response.json();
      this.#render();
    }
  }

  #render() {
    const { people, name } = this.#tenant.organizations.find(({ id }) => id === this.#organization) ?? this.#tenant.organizations[0];
    const shop = this.#tenant.hasShop ? [this.#shop(people)] : [];
    render(byId('people'), ...people.map((person) => this.#person(person, name)), ...shop);
    const isKnown = this.#tenant.roles.some(({ scopes }) => scopes.includes('export:report'));
    byId('add-scope').disabled = isKnown;
  }

  #person({ id, name, member, suspended, roles }, organization) {
    const role = roles[0];
    return h('div', { class: 'member', role: 'group', 'aria-label': `${name} in ${organization}` },
      h('div', { class: 'member-name' },
        h('b', {}, name),
        h('span', { class: member ? 'role' : 'role none' }, member ? `${roles.join(', ') || 'no role'} in ${organization}` : `not in ${organization}`),
        suspended && h('span', { class: 'role suspended' }, 'suspended')),
      h('div', { class: 'buttons' },
        role === 'admin' && this.#button(id, 'demote', 'Demote', `${name} demoted to member of ${organization}`, ...this.#role(id, 'member')),
        member && role !== 'admin' && this.#button(id, 'promote', 'Promote', `${name} promoted to admin of ${organization}`, ...this.#role(id, 'admin')),
        member
          ? this.#button(id, 'remove', 'Remove', `${name} removed from ${organization}`, 'DELETE', this.#member(id))
          : this.#button(id, 'add', 'Add as member', `${name} added to ${organization}`, ...this.#role(id, 'member')),
        this.#button(id, 'suspend', suspended ? 'Release' : 'Suspend', `${name} ${suspended ? 'released' : 'suspended'}`,
          'PUT', `/operator/users/${id}/suspension`, { suspended: !suspended })));
  }

  /** What a payment provider would report. */
  #shop(people) {
    return h('div', { class: 'member', role: 'group', 'aria-label': 'The shop' },
      h('div', { class: 'member-name' }, h('b', {}, 'The shop'), h('span', { class: 'role none' }, 'sells the role paid-tier')),
      h('div', { class: 'buttons' }, ...people.map(({ id, name, paid }) =>
        this.#button(id, paid ? 'refund' : 'buy', paid ? `Refund ${name}` : `Sell to ${name}`, `${name} ${paid ? 'got a refund' : 'paid'} for paid-tier`,
          'POST', paid ? '/shop/refunds' : '/shop/purchases', { user: id, product: 'paid-tier' }))));
  }

  #button(user, key, label, done, method, path, body) {
    const isHarsh = label === 'Remove' || label === 'Suspend';
    return h('button', { type: 'button', 'data-key': `${user} ${key}`, class: isHarsh && 'danger', 'aria-label': label.includes(capitalized(user)) ? label : `${label}: ${capitalized(user)}`,
      onclick: () => this.#change(done, method, path, body) }, label);
  }

  #member(user) {
    return `/operator/organizations/${this.#organization}/members/${user}`;
  }

  #role(user, role) {
    return ['PUT', this.#member(user), { role }];
  }

  async #change(done, method, path, body) {
    const response = await fetch(path, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    const said = response.ok ? `Operator: ${done}` : `Operator: refused (${response.status})`;
    note('operator', said, response.ok && text ? JSON.parse(text).calls.join('\n') : text || `${method} ${path}`);
    byId('operator-note').textContent = said;
    await this.show(this.#organization);
    this.#onChange(path);
  }
}
