package io.scopeguard.bench.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.scopeguard.bench.live.tenant.Faults;
import io.scopeguard.bench.live.tenant.Faults.Effect;
import io.scopeguard.bench.soak.Troubles.Trouble;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What happens to the provider meanwhile. Each method runs in a thread of its own until that is interrupted. */
final class Disturbances {

    static final String WEBHOOK_KEY = "soak-signing-key";

    private static final Duration BETWEEN_CHANGES = Duration.ofMillis(700);
    private static final Duration BETWEEN_TROUBLES = Duration.ofSeconds(25);
    private static final Duration BETWEEN_ROTATIONS = Duration.ofSeconds(30);

    /** A process asks for keys that it does not know once in 10 s: a provider announces them before it signs by them. */
    private static final Duration ANNOUNCEMENT = Duration.ofSeconds(15);

    /** So few that the loss of their standing is no mass loss, and for good: nobody is activated again. */
    private static final int MAX_SUSPENDED = 5;

    private final SplittableRandom random = new SplittableRandom();
    private final HttpClient client = HttpClient.newHttpClient();
    private final String origin;
    private final Provider provider;
    private final Population population;
    private final Troubles troubles;
    private final Set<String> gone = new HashSet<>();
    private final Set<String> suspended = new HashSet<>();
    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicInteger deliveries = new AtomicInteger();
    private final AtomicInteger outages = new AtomicInteger();
    private final AtomicInteger rotations = new AtomicInteger();

    Disturbances(String origin, Provider provider, Population population, Troubles troubles) {
        this.origin = origin;
        this.provider = provider;
        this.population = population;
        this.troubles = troubles;
    }

    /** Further kinds of change, such as edited roles and many at once, are further cases here. */
    void changeRoles() throws InterruptedException {
        while (true) {
            Thread.sleep(BETWEEN_CHANGES.toMillis());
            String user = any(population.unsteady());
            int kind = random.nextInt(100);
            provider.tenant().change(() -> change(user, kind));
            changes.incrementAndGet();
            if (random.nextBoolean()) {
                deliver(user);
            }
        }
    }

    /** Outages, slow answers and missing keys, one after the other. */
    void causeTrouble() throws InterruptedException {
        Faults faults = provider.server().faults();
        for (int i = 0; true; i++) {
            Thread.sleep(BETWEEN_TROUBLES.toMillis());
            Trouble trouble = troubles.begin(System.nanoTime());
            switch (i % 3) {
                case 0 -> faults.all(Effect.FAILED);
                case 1 -> faults.latency(Duration.ofMillis(300 + random.nextInt(1200)));
                default -> faults.some(Effect.FAILED, "keys");
            }
            Thread.sleep(4_000 + random.nextInt(8_000));
            faults.clear();
            faults.latency(Duration.ZERO);
            trouble.end(System.nanoTime());
            outages.incrementAndGet();
        }
    }

    void rotateKeys() throws InterruptedException {
        while (true) {
            Thread.sleep(BETWEEN_ROTATIONS.toMillis());
            provider.announceKey();
            Thread.sleep(ANNOUNCEMENT.toMillis());
            provider.useAnnouncedKey();
            rotations.incrementAndGet();
        }
    }

    @Override
    public String toString() {
        return changes + " changes, " + deliveries + " webhooks, " + outages + " troubles, " + rotations
                + " key rotations";
    }

    private void change(String user, int kind) {
        String organization = population.organizationOf(user);
        if (gone.remove(user)) {
            provider.tenant().addMember(organization, user, List.of(Population.MEMBER, Population.EDITOR));
        } else if (kind < 2 && suspended.size() < MAX_SUSPENDED && suspended.add(user)) {
            provider.tenant().suspend(user);
        } else if (kind < 10) {
            provider.tenant().removeMember(organization, user);
            gone.add(user);
        } else if (kind < 40) {
            toggleGlobalRole(user);
        } else {
            toggleRole(organization, user);
        }
    }

    private void toggleRole(String organization, String user) {
        if (random.nextBoolean()) {
            provider.tenant().takeRole(organization, user, Population.EDITOR);
        } else {
            provider.tenant().giveRole(organization, user, Population.EDITOR);
        }
    }

    private void toggleGlobalRole(String user) {
        if (random.nextBoolean()) {
            provider.tenant().takeGlobalRole(user, Population.AUDITOR);
        } else {
            provider.tenant().giveGlobalRole(user, Population.AUDITOR);
        }
    }

    /** A genuine delivery that names the user, or, because Logto may cut the list, nobody. */
    private void deliver(String user) throws InterruptedException {
        String named = random.nextInt(5) == 0 ? "" : "\"addedUserIds\":[\"" + user + "\"],";
        String body = "{\"event\":\"Organization.Membership.Updated\",\"createdAt\":\"" + Instant.now() + "\"," + named
                + "\"organizationId\":\"" + population.organizationOf(user) + "\",\"hookId\":\"soak\"}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(origin + "/scope-guard/webhooks/logto"))
                .timeout(Duration.ofSeconds(60))
                .header("logto-signature-sha-256", signature(body))
                .POST(BodyPublishers.ofString(body))
                .build();
        try {
            client.send(request, BodyHandlers.discarding());
            deliveries.incrementAndGet();
        } catch (IOException e) {
            // Logto sends each delivery once.
        }
    }

    private static String signature(String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(WEBHOOK_KEY.getBytes(UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String any(List<String> names) {
        return names.get(random.nextInt(names.size()));
    }
}
