package io.scopeguard.bench.jmh;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.Method;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.LaunchingConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.MethodEntryEvent;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.MethodEntryRequest;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Counts our methods and classes in the core that run for a granted request with a known token: verification, live permissions,
 * decision, header. A debugger traces one decision in another process. Prints the methods and their number. Exits with 1 if there
 * are too many.
 */
public final class HotPathMethods {

    private static final String OURS = "io.scopeguard.*";
    private static final String BENCH = "io.scopeguard.bench.*";
    private static final int WARM_UP = 1_000;
    private static final int MAX_METHODS = 160;

    private final Set<String> methods = new TreeSet<>();
    private final Set<String> classes = new TreeSet<>();

    private HotPathMethods() {}

    /** Without arguments, launches and traces the measured process, which gets one argument. */
    public static void main(String[] args) throws Exception {
        if (args.length > 0) {
            Watched.run();
        } else {
            new HotPathMethods().watch();
        }
    }

    private void watch() throws Exception {
        LaunchingConnector connector = Bootstrap.virtualMachineManager().defaultConnector();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("main").setValue(HotPathMethods.class.getName() + " watched");
        arguments.get("options").setValue("-cp " + System.getProperty("java.class.path"));
        VirtualMachine machine = connector.launch(arguments);
        ClassPrepareRequest prepared = machine.eventRequestManager().createClassPrepareRequest();
        prepared.addClassFilter(Watched.class.getName());
        prepared.enable();
        MethodEntryRequest ours = machine.eventRequestManager().createMethodEntryRequest();
        ours.addClassFilter(OURS);
        ours.addClassExclusionFilter(BENCH);
        ours.setSuspendPolicy(EventRequest.SUSPEND_NONE);
        machine.resume();
        while (takeIn(machine.eventQueue().remove(), ours)) {
            // The next events.
        }
        machine.exit(0);
        methods.forEach(System.out::println);
        System.out.printf("%d methods in %d classes (at most %d)%n", methods.size(), classes.size(), MAX_METHODS);
        if (methods.size() > MAX_METHODS) {
            System.exit(1);
        }
    }

    private boolean takeIn(EventSet events, MethodEntryRequest ours) {
        boolean goesOn = true;
        for (Event event : events) {
            if (event instanceof ClassPrepareEvent prepared) {
                prepared.referenceType().methodsByName("begin").forEach(HotPathMethods::stopAt);
                prepared.referenceType().methodsByName("end").forEach(HotPathMethods::stopAt);
            } else if (event instanceof BreakpointEvent stop) {
                goesOn = stop.location().method().name().equals("begin");
                ours.setEnabled(goesOn);
            } else if (event instanceof MethodEntryEvent entry) {
                String type = entry.method().declaringType().name();
                classes.add(type);
                methods.add(type + "." + entry.method().name() + entry.method().signature());
            }
        }
        if (goesOn) {
            events.resume();
        }
        return goesOn;
    }

    private static void stopAt(Method method) {
        method.virtualMachine()
                .eventRequestManager()
                .createBreakpointRequest(method.location())
                .enable();
    }

    /** The traced work. */
    static final class Watched {

        private Watched() {}

        static void run() {
            KnownToken token = new KnownToken();
            token.scopes = 4;
            token.kind = KnownToken.Kind.ORGANIZATION;
            token.build();
            HotDecision decision = new HotDecision();
            decision.drift = HotDecision.Drift.NONE;
            decision.build(token);
            for (int i = 0; i < WARM_UP; i++) {
                decision.hint(token);
            }
            begin();
            decision.hint(token);
            end();
            decision.close();
            token.close();
        }

        private static void begin() {
            // The tracing process waits for this.
        }

        private static void end() {
            // The tracing process also waits for this.
        }
    }
}
