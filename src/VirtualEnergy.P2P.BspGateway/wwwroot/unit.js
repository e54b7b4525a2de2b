// The figures of a unit that one looks at first.
import { byId, setText } from './dom.js';
import { euros, none } from './format.js';
import { kilowatts, power, regulation } from './power.js';

export function unitHeadline(state, select) {
  state.watch(['units', 'money'], () => {
    const unit = select(state);
    const asked = unit ? unit.targetWatts - unit.baselineWatts : 0;
    const delivered = unit ? unit.measuredWatts - unit.baselineWatts : 0;
    setText(byId('unit-name'), unit ? `${unit.id}, zone ${unit.zone}` : 'The unit together');
    setText(byId('measured'), unit ? kilowatts(unit.measuredWatts) : none);
    byId('measured').dataset.value = unit?.measuredWatts ?? '';
    setText(byId('measured-note'), unit ? `program ${power(unit.baselineWatts)}, target ${power(unit.targetWatts)}; consumption is positive` : 'nothing measured yet');
    setText(byId('order-title'), unit?.hasOrder ? `An order is in force: ${regulation(unit.setPointWatts)}` : unit?.isLimited ? 'A limitation is in force'
      : asked !== 0 ? 'The order is over' : 'No order in force');
    setText(byId('order-note'), unit?.hasOrder ? (unit.missingWatts > 0 ? `${power(unit.missingWatts)} are missing: no home can give them` : unit.setPointWatts === asked ? 'The full regulation is due' : 'It is being ramped')
      : asked !== 0 ? 'Homes come back one after another' : 'The unit runs by its program');
    setText(byId('asked'), unit ? regulation(asked) : none);
    byId('asked').dataset.value = unit ? asked : '';
    setText(byId('delivered'), unit ? regulation(delivered) : none);
    byId('delivered').dataset.value = unit ? delivered : '';
    byId('delivery').firstElementChild.style.width = `${asked === 0 ? 0 : Math.max(0, Math.min(100, 100 * delivered / asked))}%`;
    setText(byId('up'), unit ? power(unit.upWatts) : none);
    byId('up').dataset.value = unit?.upWatts ?? '';
    setText(byId('down'), unit ? power(unit.downWatts) : none);
    byId('down').dataset.value = unit?.downWatts ?? '';
    const money = state.parts.money;
    if (money && byId('cash')) {
      setText(byId('cash'), euros(money.cashMicroEur));
      byId('cash').dataset.value = money.cashMicroEur;
      setText(byId('cash-note'), `from operators; € ${euros(money.membersMicroEur)} of it to homes${money.operatorDueMicroEur > 0 ? `; € ${euros(money.operatorDueMicroEur)} are still due to the system operator` : ''}`);
    }
  });
}
