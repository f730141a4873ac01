using System.Security.Cryptography;
using System.Text;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Host.Tests;

/// <summary>A line of two cells, small enough to work out by hand what has to come of each sample; the second cell is its constraint station.</summary>
internal static class MadePlant
{
    public const string Line = "leipzig.body.line1";
    public const string First = Line + ".cell1";
    public const string Last = Line + ".cell2";
    public const string Robot = First + ".robot";

    /// <summary>Monday, early shift (06:00 to 14:00 in Berlin, break 09:00 to 09:15).</summary>
    public static readonly DateTimeOffset Morning = new(2026, 1, 5, 6, 0, 0, TimeSpan.Zero);

    public static readonly byte[] File = Encoding.UTF8.GetBytes("""
        {
          "format": "digitaltwin.plant/1", "id": "leipzig", "name": "Leipzig", "timeZone": "Europe/Berlin",
          "endpoints": [{"name": "body", "url": "opc.tcp://127.0.0.1:4840", "securityPolicy": "Basic256Sha256", "userName": "gateway"}],
          "clock": {"endpoint": "body", "plantTime": "nsu=urn:body;s=Clock.PlantTime", "speed": "nsu=urn:body;s=Clock.Speed"},
          "tariff": {"currency": "EUR", "pricePerKwh": 0.18, "windows": [{"name": "peak", "days": ["Monday"], "start": "08:00", "end": "12:00", "pricePerKwh": 0.27}], "peakLimitKw": 900, "peakPricePerKw": 96},
          "shifts": [
            {"name": "early", "days": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "start": "06:00", "end": "14:00", "breaks": [{"start": "09:00", "end": "09:15"}]}
          ],
          "equipmentClasses": {
            "cell": {"signals": [
              {"name": "state", "role": "state", "node": "State", "period": 60}, {"name": "mode", "role": "mode", "node": "Mode", "period": 60, "texts": {"1": "Production", "3": "Manual"}},
              {"name": "fault", "role": "fault", "node": "Fault", "period": 60}, {"name": "vehicle", "role": "vehicle", "node": "Vehicle", "period": 60, "type": "text"},
              {"name": "produced", "role": "producedCount", "node": "Produced", "period": 60}, {"name": "good", "role": "goodCount", "node": "Good", "period": 60},
              {"name": "scrap", "role": "scrapCount", "node": "Scrap", "period": 60}]},
            "robot": {
              "signals": [{"name": "state", "role": "state", "node": "State", "period": 60}, {"name": "vibration", "role": "measurement", "node": "Vibration", "unit": "mm/s", "range": [0, 25], "period": 60}],
              "setpoints": [{"name": "speedOverride", "node": "Speed", "class": 1, "unit": "%", "low": 50, "high": 110, "nominal": 100, "maxStep": 10,
                "maxRatePerMinute": 20, "tolerance": 0.5, "hold": 5, "interlocks": ["state"], "period": 60}]}
          },
          "areas": [{"id": "body", "name": "Body shop", "lines": [{
            "id": "line1", "name": "Body line 1", "endpoint": "body", "namespaceUri": "urn:body", "nodePrefix": "Line", "constraintStation": "cell2",
            "signals": [{"name": "produced", "role": "producedCount", "node": "Produced", "period": 60}],
            "cells": [
              {"id": "cell1", "name": "Weld cell 1", "class": "cell", "nodePrefix": "Cell1", "plannedRunTimePerItem": 54,
                "machines": [{"id": "robot", "name": "Robot 1", "class": "robot", "nodePrefix": "Cell1.Robot"}]},
              {"id": "cell2", "name": "Weld cell 2", "class": "cell", "nodePrefix": "Cell2", "plannedRunTimePerItem": 60}
            ]}]}]
        }
        """);

    public static readonly PlantDefinition Definition = PlantFile.Read(File) is PlantReading.Valid valid
        ? valid.Plant
        : throw new InvalidOperationException("the made plant is not valid");

    public static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(File));

    public static SignalDefinition Signal(string id) => Definition.Signals.Single(signal => signal.Id == id);
}
