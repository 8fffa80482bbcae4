import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * DynamoDB Local, bound to the loopback interface: it listens on every interface and has no option to change that. Like every port of the
 * local service it rejects requests from web pages: a request must name this machine and the port (otherwise 421), and a request with an
 * Origin comes from a page (403).
 */
class LoopbackDynamoDb {
  public static void main(String[] args) throws Exception {
    var database = ServerRunner.createServerFromCommandLineArgs(args);
    var field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    var server = (Server) field.get(database);
    for (var connector : server.getConnectors()) ((ServerConnector) connector).setHost("127.0.0.1");
    server.setHandler(new Guard(server.getHandler()));
    database.safeStart();
    database.join();
  }

  static class Guard extends Handler.Wrapper {
    Guard(Handler database) {
      super(database);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      var port = Request.getLocalPort(request);
      var host = request.getHeaders().get(HttpHeader.HOST);
      var here = host != null && List.of("127.0.0.1:" + port, "localhost:" + port).contains(host.toLowerCase());
      if (here && !request.getHeaders().contains(HttpHeader.ORIGIN)) return super.handle(request, response, callback);
      response.setStatus(here ? 403 : 421);
      callback.succeeded();
      return true;
    }
  }
}
