package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.Ask;
import io.scopeguard.bench.live.Caller;
import io.scopeguard.bench.live.Figures;
import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.bench.live.Stage;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Tenant;
import io.scopeguard.scope.Audience;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/** Unusually many objects of one kind. The budget is exactly sufficient for the necessary reads. */
enum ManyOf implements LiveCase {
    /** One user is a member of very many organizations and uses all of them. */
    ORGANIZATIONS_OF_A_USER(1_000) {
        @Override
        void add(Scene scene) {
            String user = "globetrotter";
            Tenant tenant = scene.tenant();
            tenant.change(() -> IntStream.range(0, count())
                    .forEach(i -> tenant.addMember("trip" + (10_000 + i), user, List.of(Scene.VIEWER, Scene.EDITOR))));
            Caller caller = new Caller(IntStream.range(0, count())
                    .mapToObj(i -> new Entitlement(user, "trip" + (10_000 + i), Audience.ORGANIZATION))
                    .map(entitlement -> scene.ask(entitlement, Scene.WRITE))
                    .toList());
            Collections.nCopies(scene.options().users() / 20, caller).forEach(scene::addCaller);
        }
    },
    ORGANIZATION_ROLES(10_000) {
        @Override
        void add(Scene scene) {
            Tenant tenant = scene.tenant();
            tenant.change(() -> IntStream.range(0, count())
                    .forEach(i -> tenant.addScopes("role" + i, Audience.ORGANIZATION, Set.of("do:" + i % 100))));
            scene.allowFurtherCalls(count() / PAGE);
        }

        @Override
        double calls() {
            return (double) count() / PAGE;
        }
    },
    /** One in twenty has holders. */
    GLOBAL_ROLES(1_000) {
        @Override
        void add(Scene scene) {
            Tenant tenant = scene.tenant();
            tenant.change(() -> IntStream.range(0, count()).forEach(i -> {
                tenant.addGlobalScopes("global" + i, Scene.API, Set.of("do:" + i % 100));
                if (i % 20 == 0) {
                    IntStream.range(0, 5)
                            .forEach(user -> tenant.giveGlobalRole(Scene.user(user + i / 20), "global" + i));
                }
            }));
            scene.allowFurtherCalls((int) calls());
        }

        /** The list of roles; the scopes and the holders of each role that is held. */
        @Override
        double calls() {
            return (double) count() / PAGE + 2.0 * count() / 20;
        }
    },
    RESOURCES(100) {
        @Override
        void add(Scene scene) {
            Tenant tenant = scene.tenant();
            furtherResources().forEach(scene::addResource);
            tenant.change(() -> furtherResources()
                    .forEach(resource -> tenant.addScopes(Scene.EDITOR, resource, Set.of("use:resource"))));
            for (int i = 0; i < 500; i++) {
                Audience resource = furtherResources().get(i % 100);
                String home = Scene.organization(0);
                String user = tenant.members(home).get(i % tenant.members(home).size());
                Ask ask = scene.ask(new Entitlement(user, home, resource), "use:resource");
                scene.addCaller(new Caller(List.of(ask)));
            }
        }
    };

    private static final int PAGE = 100;

    private final int count;

    ManyOf(int count) {
        this.count = count;
    }

    int count() {
        return count;
    }

    /** The number of calls that read a list on which all permissions depend. */
    double calls() {
        return 0;
    }

    static List<Audience> furtherResources() {
        return IntStream.range(0, RESOURCES.count)
                .mapToObj(i -> Audience.resource("https://api" + i + ".example.test"))
                .toList();
    }

    abstract void add(Scene scene);

    @Override
    public String title() {
        return "many-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public void prepare(Scene scene) {
        scene.addCrowd();
        add(scene);
    }

    @Override
    public void play(Stage stage) throws InterruptedException {
        stage.settle();
        Figures steady = stage.observe(stage.scene().options().measured().toSeconds());
        stage.report("steady", steady);
        stage.requireSteady("steady", steady, calls() / stage.callsPerSecond());
    }
}
