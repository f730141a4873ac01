namespace DigitalTwin.Host.Tests.Cli;

/// <summary>Answers in the shapes that the API pins.</summary>
internal static class Recorded
{
    public const string Robot = "leipzig.body.line1.cell3.robot";

    public const string Plant = """
        {"id":"leipzig","name":"Leipzig","timeZone":"Europe/Berlin","clock":{"plantTime":"2026-01-05T09:40:00.000Z","speed":20,"offsetSeconds":3600},
         "lines":[{"id":"leipzig.body.line1","name":"Body line 1","area":"leipzig.body","constraintStation":"leipzig.body.line1.cell4"}],
         "shift":{"name":"early","from":"2026-01-05T05:00:00.000Z","to":"2026-01-05T13:00:00.000Z"},
         "gateways":[{"name":"zone-1","connected":false,"since":"2026-01-05T09:39:00.000Z","buffered":120,"dropped":0,"endpoints":[{"name":"body-line1","state":"connected","detail":null}]}],
         "freshness":{"signals":331,"fresh":329,"stale":2,"bad":0}}
        """;

    public const string RobotTwin = $$$"""
        {"id":"{{{Robot}}}","kind":"machine","name":"Robot 3","parent":"leipzig.body.line1.cell3","state":"Aborted","stateSince":"2026-01-05T09:38:12.250Z",
         "mode":"Production","fault":1207,"flags":["illegal-transition"],
         "reported":{"vibration":{"v":3.2146,"t":"2026-01-05T09:39:59.000Z","q":"good","unit":"mm/s","age":0.41,"staleAfter":1},
                     "motorTemperature":{"v":71.5,"t":"2026-01-05T09:39:01.000Z","q":"stale","unit":"°C","age":95,"staleAfter":1},
                     "current":{"v":null,"t":null,"q":"bad","unit":"A","age":null,"staleAfter":1}},
         "desired":{"speedOverride":{"v":100,"t":"2026-01-05T05:00:00.000Z","unit":"%","by":"nominal"}},
         "currentVehicle":"BODY-000123","counts":{"produced":41,"good":40,"scrap":1},"offset":812}
        """;

    public const string FirstPage = $$$"""{"items":[{{{RobotTwin}}}],"next":"page 2"}""";

    public const string SecondPage = """
        {"items":[{"id":"leipzig.body.line1.cell3.a-gun-with-a-name-that-is-longer-than-a-terminal-of-eighty-columns-would-show-in-one-line","kind":"machine","name":"Gun 3",
         "parent":"leipzig.body.line1.cell3","state":"Execute","stateSince":"2026-01-05T09:39:12.250Z","mode":null,"fault":null,"flags":[],"reported":{},"desired":{},
         "currentVehicle":null,"counts":null,"offset":813}],"next":null}
        """;

    /// <summary>The robot as it was, by a host that is behind.</summary>
    public static string RobotThen => RobotTwin.Insert(1, """ "asOf":{"offset":805,"at":"2026-01-05T09:25:00.000Z"},"behind":{"events":9000,"seconds":7.46}, """);

    public static string OrdersBehind => $$"""{"items":[{{RobotTwin}}],"next":null,"offset":812,"behind":{"events":9000,"seconds":7.46},"ordersLetGo":500}""";

    public static string DiffBehind => Diff.Insert(1, """ "behind":{"events":9000,"seconds":7.46},"ordersLetGo":500, """);

    public static string RebuildCancelled => Projection.Replace("\"state\":\"done\"", "\"state\":\"cancelled\"", StringComparison.Ordinal).Replace("\"name\":\"twins\"", "\"name\":\"times\"", StringComparison.Ordinal);

    public const string EventsNewestFirst = $$$"""
        {"items":[
         {"offset":812,"entity":"{{{Robot}}}","seq":9,"name":"machine.state-changed.v1","at":"2026-01-05T09:38:12.250Z","recorded":"2026-01-05T08:38:12.700Z","data":{"from":"Aborting","to":"Aborted","legal":true,"at":"2026-01-05T09:38:12.25+00:00"}},
         {"offset":810,"entity":"{{{Robot}}}","seq":8,"name":"machine.state-changed.v1","at":"2026-01-05T09:38:11.250Z","recorded":"2026-01-05T08:38:12.690Z","data":{"from":"Execute","to":"Aborting"}}],"next":"more"}
        """;

    public const string Waveforms = """
        {"signal":"leipzig.body.line1.cell3.robot.shape","unit":"mm/s","from":"2026-01-05T06:00:00Z","to":"2026-01-05T07:00:00Z","total":3,"items":[
            {"time":"2026-01-05T06:01:00Z","quality":"good","content":{"sha256":"9f86d081884c7d65","format":"f32","bytes":16384,"samples":4096,"sampleRate":4096,"mean":0.001,"rms":1.72,"peak":6.5,"crest":3.78,"kurtosis":3.1,"dominantHertz":29.2}},
            {"time":"2026-01-05T06:02:00Z","quality":"bad","content":null}]}
        """;

    public const string Tariff = """
        {"currency":"EUR","now":"2026-01-05T06:00:00.000Z","current":{"from":"2026-01-05T05:00:00.000Z","to":"2026-01-05T07:00:00.000Z","window":null,"pricePerKwh":0.178},"peakLimitKw":900,"peakPricePerKw":96,
         "spans":[{"from":"2026-01-05T06:00:00.000Z","to":"2026-01-05T07:00:00.000Z","window":null,"pricePerKwh":0.178},{"from":"2026-01-05T07:00:00.000Z","to":"2026-01-05T11:00:00.000Z","window":"morning peak","pricePerKwh":0.267}]}
        """;

    public const string Ledger = """
        {"items":[
            {"signal":"leipzig.body.line1.cell3.robot.state","from":"2026-01-05T06:00:00.000Z","to":"2026-01-05T06:10:00.000Z","expected":120,"sampled":101,"sent":94,"stored":93,
             "gaps":[{"reason":"server-lost","count":19,"from":"2026-01-05T06:01:00.000Z","to":"2026-01-05T06:01:20.000Z","says":"The gateway had no session with the OPC UA server, which kept no values for it."},
                     {"reason":"sequence-hole","count":7,"from":"2026-01-05T06:02:00.000Z","to":"2026-01-05T06:02:10.000Z","says":"The gateway had numbered these samples, but they never came and no gap says why."},
                     {"reason":"not-finite","count":1,"from":"2026-01-05T06:03:00.000Z","to":"2026-01-05T06:03:00.000Z","says":"The core refused them: NaN or infinite, but not marked as bad."}],"unexplained":0,"eased":null},
            {"signal":"leipzig.body.line1.cell3.robot.vibration","from":null,"to":null,"expected":2,"sampled":2,"sent":0,"stored":0,
             "gaps":[{"reason":"server-lost","count":1,"from":"2026-01-05T06:01:00.000Z","to":"2026-01-05T06:01:30.000Z","says":"The gateway had no session with the OPC UA server, which kept no values for it."}],"unexplained":1,
             "eased":{"times":2,"from":"2026-01-05T06:04:00.000Z","to":null,"seconds":240,"samplingSeconds":5}}],
         "unattributed":4}
        """;

    public const string Context = """
        {"of":"B1","from":"2026-01-05T06:00:00.000Z","to":"2026-01-05T07:00:00.000Z","items":[
            {"station":"leipzig.body.line1.cell3","from":"2026-01-05T06:10:00.000Z","to":"2026-01-05T06:11:00.000Z","vehicle":"B1","order":"leipzig.body.line1.order-B1","variant":null,"operator":"Kim","shift":"early",
             "features":[{"signal":"leipzig.body.line1.cell3.robot.vibration","unit":"mm/s","count":60,"min":1.5,"max":4.5,"last":2}]}]}
        """;

    public const string History = $$$"""
        {"from":"2026-01-05T09:25:00.000Z","to":"2026-01-05T09:40:00.000Z","series":[
         {"id":"{{{Robot}}}.vibration","unit":"mm/s","raw":900,"points":[{"t":1767604800000,"v":3.1,"min":2.9,"max":3.3,"q":"good"},{"t":1767605000000,"v":3.4,"min":3,"max":3.6,"q":"uncertain"}]},
         {"id":"{{{Robot}}}.current","unit":"A","raw":0,"points":[]}]}
        """;

    public const string HistoryWithGap = $$$"""
        {"from":"2026-01-05T09:00:00.000Z","to":"2026-01-05T10:00:00.000Z","series":[
         {"id":"{{{Robot}}}.vibration","unit":"mm/s","raw":1801,"points":[
          {"t":1767604500000,"v":3,"min":1,"max":3,"q":"good","n":900,"first":1,"mean":2,"good":1},
          {"t":1767605400000,"v":9,"min":1,"max":9,"q":"bad","n":900,"first":1,"mean":2,"good":0.5},
          {"t":1767607199000,"v":5,"min":5,"max":5,"q":"uncertain","gap":1799000}]}]}
        """;

    public const string Newest = $$$"""
        {"items":[{"id":"{{{Robot}}}.vibration","v":3.4,"unit":"mm/s","q":"stale","t":"2026-01-05T09:39:00.000Z","age":61.04,"class":"diagnostic"},
         {"id":"{{{Robot}}}.program","v":null,"unit":null,"q":"stale","t":null,"age":null,"class":"state"}]}
        """;

    public const string Export = "signal,time,value,unit,quality,status,serverTime\r\na.b,2026-01-05T09:39:00.000000Z,3.4,mm/s,good,00000000,2026-01-05T09:39:00.000000Z\r\n";

    public const string Diff = $$$"""
        {"from":{"offset":800,"at":"2026-01-05T09:25:00.000Z"},"to":{"offset":813,"at":"2026-01-05T09:40:00.000Z"},"items":[
         {"id":"{{{Robot}}}","field":"state","before":"Execute","after":"Aborted"},{"id":"{{{Robot}}}","field":"fault","before":null,"after":1207}]}
        """;

    public const string Projection = """
        {"name":"twins","version":"1","offset":800,"head":813,"behindEvents":13,"behindSeconds":6.25,"state":"behind",
         "rebuilt":{"started":"2026-01-05T08:40:00.000Z","state":"done","offset":790,"target":790,"seconds":1.25,"differed":true,"differences":["unit:robot: a, not b"],"why":null}}
        """;

    public static string ProjectionRebuilding => Projection.Replace("\"state\":\"done\"", "\"state\":\"running\"", StringComparison.Ordinal);

    public const string Actors = $$$"""
        {"system":"leipzig","actors":[
         {"id":"{{{Robot}}}","kind":"machine","mailbox":0,"processed":1204,"restarts":0,"state":"running"},
         {"id":"leipzig.body.line1","kind":"line","mailbox":2,"processed":77,"restarts":0,"state":"running"},
         {"id":"leipzig.body.line1.cell3","kind":"station","mailbox":0,"processed":90,"restarts":3,"state":"restarting"}]}
        """;

    public const string Connections = """
        {"gateways":[{"name":"gateway","connected":true,"since":"2026-01-05T08:40:00.000Z","tickAge":0.412,"buffered":120,"dropped":7,"droppedTelemetry":2,"droppedDiagnostic":5,
                      "easing":{"level":2,"since":"2026-01-05T08:39:00.000Z","why":"its buffer is 80 % full, for 10 s","telemetrySeconds":2,"diagnosticSeconds":5}},
                     {"name":"old","connected":true,"since":"2026-01-05T08:40:00.000Z","tickAge":12.5,"buffered":9000,"dropped":0,"behind":83.2,"levelIn":41.7},
                     {"name":"spare","connected":false,"since":"2026-01-05T08:41:00.000Z","tickAge":null,"buffered":0,"dropped":0}],
         "endpoints":[{"name":"body","securityPolicy":"Basic256Sha256","gateway":"gateway","state":"connected","detail":"331 signals","signals":{"signals":331,"fresh":331,"stale":0,"bad":0},"valueAge":0.21,"lag":0.034,
                       "serverCertificate":{"notAfter":"2026-02-03T08:40:00.000Z","daysLeft":29.4,"withinDays":30},"gatewayCertificate":{"notAfter":"2026-01-07T08:40:00.000Z","daysLeft":2.4,"withinDays":3}},
                      {"name":"paint","securityPolicy":"Aes256_Sha256_RsaPss","gateway":"gateway","state":"untrusted","detail":"it does not take our certificate","signals":{"signals":40,"fresh":0,"stale":40,"bad":0},"valueAge":null,"lag":null},
                      {"name":"store","securityPolicy":"Basic256Sha256","gateway":null,"state":null,"detail":null,"signals":{"signals":12,"fresh":0,"stale":12,"bad":0},"valueAge":null,"lag":null}],
         "certificates":[{"name":"ca","subject":"CN=DigitalTwin plant CA","notAfter":"2036-01-03T08:40:00.000Z","daysLeft":3649.2,"withinDays":null},
                         {"name":"core","subject":"CN=core","notAfter":"2026-01-18T08:40:00.000Z","daysLeft":13.9,"withinDays":14},
                         {"name":"gateway","subject":"CN=gateway","notAfter":"2026-01-04T08:40:00.000Z","daysLeft":-0.5,"withinDays":0}]}
        """;

    public const string Shards = """
        {"items":[{"shard":"leipzig","owner":"box-1-77aa","epoch":3,"expiresInSeconds":0,"mine":false},
                  {"shard":"leipzig.body.line1","owner":"box-2-88bb","epoch":12,"expiresInSeconds":13.94,"mine":true}]}
        """;

    public const string DeadLetters = $$$"""
        {"items":[
         {"id":"leipzig.body.line1-7","entity":"{{{Robot}}}","kind":"machine","command":"unit.observe.v1","payload":{"signal":"state","number":99},"reason":"could not decide on it","at":"2026-01-05T09:38:12.250Z","replayable":true,"trace":null},
         {"id":"leipzig.body.line1-6","entity":"{{{Robot}}}","kind":"machine","command":"Observe","payload":"Observe { state }","reason":"too large","at":"2026-01-05T09:37:12.250Z","replayable":false,"trace":null}],"next":null,
         "unread":["The dead letters of leipzig cannot be read now: no answer"]}
        """;

    public const string Losses = """
        {"id":"leipzig.body.line1.cell3","kind":"station","from":"2026-01-05T05:00:00.000Z","to":"2026-01-05T09:40:00.000Z",
         "shift":{"name":"early","from":"2026-01-05T05:00:00.000Z","to":"2026-01-05T13:00:00.000Z"},
         "definition":{"standard":"ISO 22400-2:2014","version":1,"rule":"work unit"},
         "ratios":{"availability":0.9,"effectiveness":1.0123,"quality":0.95,"oee":0.8655},"quantities":{"produced":200,"good":190,"scrap":10},
         "times":{"plannedBusyMs":15900000,"actualProductionMs":14310000,"plannedRunTimePerItemMs":72430},
         "steps":[{"key":"plannedBusy","label":"planned busy time","kind":"total","ms":15900000},
                  {"key":"breakdown","label":"breakdown","kind":"loss","ms":1500001},
                  {"key":"starvedOrBlocked","label":"starved or blocked","kind":"loss","ms":89999},
                  {"key":"speedGain","label":"speed gain","kind":"gain","ms":176000},
                  {"key":"scrap","label":"scrap","kind":"loss","ms":724300},
                  {"key":"effective","label":"fully productive time","kind":"result","ms":13761700}],
         "constraintStation":null}
        """;

    public static string LossesThatDoNotAddUp => Losses.Replace("\"ms\":13761700", "\"ms\":13761701", StringComparison.Ordinal);

    public const string StreamUntilItBreaks = $$$"""
        id: 812
        event: snapshot
        data: {"offset":812,"plant":{},"items":[{"id":"{{{Robot}}}","kind":"machine","name":"Robot 3","parent":null,"state":"Aborted","stateSince":"2026-01-05T09:38:12.250Z","mode":null,"fault":1207,"flags":[],"reported":{"vibration":{"v":3.2,"t":null,"q":"good","unit":"mm/s","age":0.1,"staleAfter":1}},"desired":{},"currentVehicle":null,"counts":null,"offset":812}]}

        event: heartbeat
        data: {"offset":812,"wall":"2026-01-05T08:40:00.000Z","plantTime":"2026-01-05T09:40:00.000Z","speed":20,"freshness":{"signals":331,"fresh":331,"stale":0,"bad":0}}

        event: tags
        data: {"ids":["{{{Robot}}}.vibration"],"v":[24.25],"t":[1767605999204],"q":["uncertain"],"age":[0.1]}


        """;

    public const string StreamResumed = $$$"""
        id: 813
        event: delta
        data: {"offset":813,"event":{"offset":813,"entity":"{{{Robot}}}","seq":10,"name":"machine.state-changed.v1","at":"2026-01-05T09:40:01.000Z","recorded":"2026-01-05T08:40:01.000Z","data":{"from":"Aborted","to":"Clearing"}},"twin":null}


        """;
}
