import { MonitoredItem, MonitoredItemNotification, StatusCode, type DataValue } from "node-opcua";

interface Overflowing {
  readonly $subscription?: { readonly subscriptionDiagnostics?: { monitoringQueueOverflowCount: number } };
}

/**
 * Marks the value after the lost ones as Part 4 §5.13.1.5 asks, whatever its status.
 * node-opcua 2.178.0 asserts that the status is Good: one slow client with an uncertain value in its queue made every
 * later subscriber of that node lose values, unmarked. The method is private there; `opcua-plant.spec.ts` proves both.
 */
export function markOverflowOfAnyStatus(): void {
  const items = MonitoredItem.prototype as unknown as { _setOverflowBit(this: Overflowing, notification: { value: DataValue }): void };
  items._setOverflowBit = function (notification) {
    if (notification instanceof MonitoredItemNotification) notification.value.statusCode = StatusCode.makeStatusCode(notification.value.statusCode, "Overflow | InfoTypeDataValue");
    const diagnostics = this.$subscription?.subscriptionDiagnostics;
    if (diagnostics !== undefined) diagnostics.monitoringQueueOverflowCount += 1;
  };
}
