import { DataType, Range, Variant, type Namespace, type UAVariable } from "node-opcua";
import { engineeringUnits } from "./units.js";
import type { PlantNode } from "../plant/protocol.js";

/** OPC UA Part 8 §5.3.2: which variable type promises the properties that the plant gives. */
export function analogType(node: PlantNode): string {
  if (node.unit != null) return node.range != null ? "AnalogUnitRangeType" : "AnalogUnitType";
  return node.range != null ? "AnalogItemType" : "BaseDataVariableType";
}

export function addAnalogProperties(namespace: Namespace, variable: UAVariable, node: PlantNode): void {
  const add = (name: string, dataType: string, value: object): void => {
    namespace.addVariable({
      browseName: { name, namespaceIndex: 0 },
      nodeId: `s=${node.id}.${name}`,
      propertyOf: variable,
      typeDefinition: "PropertyType",
      dataType,
      accessLevel: "CurrentRead",
      userAccessLevel: "CurrentRead",
      minimumSamplingInterval: 0,
      value: new Variant({ dataType: DataType.ExtensionObject, value }),
    });
  };
  if (node.range != null) add("EURange", "Range", new Range({ low: node.range[0], high: node.range[1] }));
  if (node.unit != null) add("EngineeringUnits", "EUInformation", engineeringUnits(node.unit));
}
