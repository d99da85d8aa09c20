package io.scopeguard.demo;

import static io.scopeguard.demo.RunningDemo.json;
import static io.scopeguard.demo.RunningDemo.send;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From payment to access and from refund to denial: the shop changes the tenant, and the next response names the remedy. */
class ShopTests {

    private static RunningDemo demo;

    @BeforeAll
    static void start() {
        demo = RunningDemo.start("--scope-guard.permissions.max-age=1ms", "--scope-guard.logto.calls-per-second=1000");
    }

    @AfterAll
    static void stop() {
        demo.close();
    }

    /** The token carries no roles, so the role counts at once, and the same token is granted. */
    @Test
    void getWhenThePaidTierIsBoughtThenGrantedUntilTheRefund() throws Exception {
        String token = demo.organizationToken("bob", "acme", "read:report");
        HttpResponse<String> before = demo.get("/organizations/acme/insights", token);
        assertThat(before.statusCode()).isEqualTo(403);
        assertThat(before.body())
                .contains("insufficient-role", "\"required_roles\":[\"paid-tier\"]", "\"action\":\"none\"");

        buy("{\"user\":\"bob\",\"product\":\"paid-tier\"}");
        assertThat(demo.get("/organizations/acme/insights", token).statusCode()).isEqualTo(200);
        buy("{\"user\":\"bob\",\"product\":\"paid-tier\"}");

        refund("{\"user\":\"bob\",\"product\":\"paid-tier\"}");
        HttpResponse<String> after = demo.get("/organizations/acme/insights", token);
        assertThat(after.statusCode()).isEqualTo(403);
        assertThat(after.body()).contains("insufficient-role");
        refund("{\"user\":\"bob\",\"product\":\"paid-tier\"}");
    }

    @Test
    void getWhenASeatIsBoughtThenGrantedUntilTheRefund() throws Exception {
        String buyer = newUser("seat-buyer");
        String seat = "{\"user\":\"" + buyer + "\",\"product\":\"seat\",\"organization\":\"globex\"}";
        buy(seat);
        String token = demo.organizationToken(buyer, "globex", "read:report");
        assertThat(demo.get("/organizations/globex/reports", token).statusCode())
                .isEqualTo(200);

        refund(seat);
        HttpResponse<String> refused = demo.get("/organizations/globex/reports", token);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("not-a-member", "\"action\":\"refresh\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"user\":\"nobody\",\"product\":\"paid-tier\"}|unknown-user|no user 'nobody'",
                "{\"user\":\"nobody\",\"product\":\"seat\",\"organization\":\"acme\"}|unknown-user|no user 'nobody'",
                "{\"user\":\"bob\",\"product\":\"seat\",\"organization\":\"Acme\"}|unknown-organization|Use its id",
                "{\"user\":\"bob\",\"product\":\"seat\"}|incomplete-order|no organization",
                "{\"product\":\"paid-tier\"}|incomplete-order|no user",
                "{\"user\":\"bob\",\"product\":\"crown\"}|unknown-product|paid-tier or seat"
            })
    void orderWhenItCannotBeCarriedOutThenTheProblemSaysWhy(String order, String code, String detail) throws Exception {
        for (String operation : new String[] {"purchases", "refunds"}) {
            HttpResponse<String> refused = shop(operation, order);

            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("urn:problem-type:scope-guard-demo:" + code, detail);
        }
    }

    @Test
    void orderWhenItIsFromAnotherSiteThenForbidden() throws Exception {
        HttpResponse<String> refused = send(HttpRequest.newBuilder(URI.create(demo.api() + "/shop/purchases"))
                .header("Content-Type", "application/json")
                .header("Sec-Fetch-Site", "cross-site")
                .POST(BodyPublishers.ofString("{\"user\":\"carol\",\"product\":\"paid-tier\"}")));

        assertThat(refused.statusCode()).isEqualTo(403);
    }

    private static void buy(String order) throws Exception {
        assertThat(shop("purchases", order).statusCode()).isEqualTo(204);
    }

    private static void refund(String order) throws Exception {
        assertThat(shop("refunds", order).statusCode()).isEqualTo(204);
    }

    private static HttpResponse<String> shop(String operation, String order) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(demo.api() + "/shop/" + operation))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(order)));
    }

    private static String newUser(String name) throws Exception {
        return json(demo.management("POST", "/users", "{\"username\":\"" + name.replace('-', '_') + "\"}"))
                .path("id")
                .asString("");
    }
}
